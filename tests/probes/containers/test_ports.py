"""Ports as the engine records them: given, chosen by the engine, or chosen from a range."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import ProbeFailed
from grader.probes.containers.ports import PortFact, RawBinding, parse_port_bindings
from tests.probes.malformed_answers import assert_fact_or_probe_failed, assert_probe_failed, many_examples


def of(*written: str, host_ip: str = "", inside: str = "80/tcp") -> tuple[PortFact, ...]:
    return parse_port_bindings({inside: [RawBinding(host_ip, port) for port in written]})


def test_a_port_that_was_named() -> None:
    (port,) = of("4000")
    assert (port.container_port, port.protocol, port.host_port, port.host_port_range) == (80, "tcp", 4000, None)
    assert str(port) == "4000->80/tcp"


@pytest.mark.parametrize("written", ["", "0"])
def test_a_port_that_the_engine_chooses(written: str) -> None:
    (port,) = of(written)
    assert (port.host_port, port.host_port_range) == (None, None)
    assert str(port) == "?->80/tcp"


def test_a_port_that_the_engine_chooses_among_some() -> None:
    """How `-p 8000-8002:80` is recorded until the container runs."""
    (port,) = of("8000-8002", host_ip="127.0.0.1")
    assert port.host_port is None
    assert port.host_port_range == range(8000, 8003)
    assert str(port) == "127.0.0.1:8000-8002->80/tcp"


def test_a_range_of_one_is_still_for_the_engine_to_choose_from() -> None:
    (port,) = of("8000-8000")
    assert (port.host_port, port.host_port_range) == (None, range(8000, 8001))


@pytest.mark.parametrize(
    "written",
    [
        "eighty", "-", "-80", "80-", "80-x", "80-82-84", "٨٠", "400²", "4000000", "65536", "8002-8000", " 80", "+80",
        "9" * 5000, "80\x1b[31m",
    ],
)  # fmt: skip
def test_what_is_no_port_is_no_answer(written: str) -> None:
    assert assert_probe_failed("answer-garbled", lambda: of(written)).values["asked"] == "docker inspect"


@pytest.mark.parametrize("inside", ["", "/tcp", "http/tcp", "65536/tcp", "80-82/tcp", "-1/udp"])
def test_what_is_no_port_inside_is_no_answer(inside: str) -> None:
    with pytest.raises(ProbeFailed, match="answer-garbled"):
        of("4000", inside=inside)


def test_the_last_port_is_one() -> None:
    assert of("65535", inside="65535/udp") == (PortFact(65535, "udp", "", 65535),)


def test_a_port_without_a_protocol_is_of_tcp() -> None:
    assert of("4000", inside="80")[0].protocol == "tcp"
    assert of("4000", inside="53/udp")[0].protocol == "udp"


def test_twins_are_one() -> None:
    assert len(parse_port_bindings({"80/tcp": [RawBinding("", "4000"), RawBinding("::", "4000")]})) == 1
    assert len(parse_port_bindings({"80/tcp": [RawBinding("0.0.0.0", "4000"), RawBinding("::", "4000")]})) == 1  # noqa: S104


def test_two_bindings_of_one_port_are_two_in_their_order() -> None:
    assert [port.host_port for port in of("4001", "4000")] == [4001, 4000]


def test_what_is_exposed_only_is_no_published_port() -> None:
    assert parse_port_bindings({"80/tcp": None, "443/tcp": []}) == ()


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2", "::1"])
def test_loopback_is_told_in_all_its_spellings(address: str) -> None:
    (port,) = of("4000", host_ip=address)
    assert port.is_on_loopback


@pytest.mark.parametrize("address", ["", "0.0.0.0", "::", "192.168.1.7", "2001:db8::1"])  # noqa: S104 - compared
def test_other_addresses_are_not_loopback(address: str) -> None:
    (port,) = of("4000", host_ip=address)
    assert not port.is_on_loopback


def test_an_ipv6_address_is_shown_in_brackets() -> None:
    (port,) = of("4000", host_ip="2001:0db8::1")
    assert str(port) == "[2001:db8::1]:4000->80/tcp"


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1.5", "1", "127.0.0.1/8", "[::1]", "evil.example\x1b"])
def test_an_address_that_is_none_does_not_stand_for_every_address(address: str) -> None:
    assert_probe_failed("answer-garbled", lambda: of("4000", host_ip=address))


_words = st.one_of(st.text(max_size=8), st.text("0123456789-/:.tcp", max_size=8))


@many_examples
@given(st.dictionaries(_words, st.none() | st.lists(st.builds(RawBinding, _words, _words), max_size=3), max_size=3))
def test_any_bindings_are_facts_or_a_refusal(bindings: dict[str, list[RawBinding] | None]) -> None:
    assert_fact_or_probe_failed(lambda: [(str(one), one.is_on_loopback) for one in parse_port_bindings(bindings)])


def test_podman_and_docker_write_bindings_alike() -> None:
    docker = msgspec.convert({"HostIp": "0.0.0.0", "HostPort": "4000"}, RawBinding)  # noqa: S104 - compared
    podman = msgspec.convert({"HostIp": "", "HostPort": "4000"}, RawBinding)
    assert parse_port_bindings({"80/tcp": [docker]}) == parse_port_bindings({"80/tcp": [podman]})
