"""Ports as the engine writes them down: one, none to choose, or some to choose from."""

from __future__ import annotations

import pytest

from grader.errors import ProbeFailed
from grader.probes.ports import PortFact, RawBinding, port_facts


def of(*written: str, host_ip: str = "") -> tuple[PortFact, ...]:
    return port_facts({"80/tcp": [RawBinding(host_ip, port) for port in written]})


def test_a_port_that_was_named() -> None:
    (port,) = of("4000")
    assert (port.inside, port.protocol, port.host_port, port.among) == (80, "tcp", 4000, None)
    assert str(port) == "4000->80/tcp"


@pytest.mark.parametrize("written", ["", "0"])
def test_a_port_that_the_engine_chooses(written: str) -> None:
    (port,) = of(written)
    assert (port.host_port, port.among) == (None, None)
    assert str(port) == "?->80/tcp"


def test_a_port_that_the_engine_chooses_among_some() -> None:
    """What `-p 8000-8002:80` is written down as, until the container runs."""
    (port,) = of("8000-8002", host_ip="127.0.0.1")
    assert port.host_port is None
    assert port.among == range(8000, 8003)
    assert str(port) == "127.0.0.1:8000-8002->80/tcp"


@pytest.mark.parametrize("written", ["eighty", "-", "-80", "80-", "80-x", "80-82-84", "٨٠", "400²", "4000000"])
def test_what_is_no_port_is_no_answer(written: str) -> None:
    with pytest.raises(ProbeFailed, match="answer-garbled"):
        of(written)


def test_twins_are_one() -> None:
    assert len(port_facts({"80/tcp": [RawBinding("", "4000"), RawBinding("::", "4000")]})) == 1


def test_what_is_exposed_only_is_no_published_port() -> None:
    assert port_facts({"80/tcp": None, "443/tcp": []}) == ()


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2", "::1"])
def test_loopback_is_told_in_all_its_spellings(address: str) -> None:
    (port,) = of("4000", host_ip=address)
    assert port.is_on_loopback
