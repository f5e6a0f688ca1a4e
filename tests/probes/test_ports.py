"""The ports that an engine lists, in its spellings."""

from __future__ import annotations

import pytest

from grader.errors import ProbeFailed
from grader.probes.ports import PortFact, RawBinding, port_facts


def test_the_twins_of_one_option_are_one_port() -> None:
    bindings: dict[str, list[RawBinding] | None] = {"80/tcp": [RawBinding("0.0.0.0", "4000"), RawBinding("::", "4000")]}  # noqa: S104 - as an engine has it
    assert port_facts(bindings) == (PortFact(80, "tcp", "", 4000),)


def test_what_is_exposed_only_is_no_published_port() -> None:
    assert port_facts({"80/tcp": None, "443/tcp": []}) == ()


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2", "::1"])
def test_loopback_is_told_in_all_its_spellings(address: str) -> None:
    (port,) = port_facts({"80/tcp": [RawBinding(address, "4000")]})
    assert port.is_on_loopback


@pytest.mark.parametrize("number", ["", "0"])
def test_a_port_that_the_engine_is_to_choose_has_no_number(number: str) -> None:
    (port,) = port_facts({"80/tcp": [RawBinding("", number)]})
    assert (port.host_port, str(port)) == (None, "?->80/tcp")


@pytest.mark.parametrize("number", ["http", "-1", "४०००", "400000"])
def test_a_port_that_is_no_number_is_nobodys_mistake(number: str) -> None:
    with pytest.raises(ProbeFailed):
        port_facts({"80/tcp": [RawBinding("", number)]})
