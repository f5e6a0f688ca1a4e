"""A container's endpoint on a network, from each kind of engine."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given

from grader.probes.networks.endpoints import EndpointFact, RawEndpoint, parse_endpoints
from tests.probes.malformed_answers import assert_fact_or_probe_failed, assert_probe_failed, mangle, many_examples


def endpoint(**raw: Any) -> EndpointFact:
    return parse_endpoints({"net": msgspec.convert(raw, RawEndpoint)})["net"]


def test_docker_20_tells_aliases_and_addresses() -> None:
    fact = endpoint(
        IPAMConfig=None, Links=None, Aliases=["db", "c0ffee"], IPAddress="172.18.0.2", IPPrefixLen=16, IPv6Gateway="",
        GlobalIPv6Address="", Gateway="172.18.0.1", DriverOpts=None,
    )  # fmt: skip
    assert fact == EndpointFact(("db", "c0ffee"), ("172.18.0.2",), "172.18.0.1")


def test_docker_26_adds_names_and_no_name_stands_twice() -> None:
    fact = endpoint(Aliases=["db"], DNSNames=["todos-mongo", "db", "c0ffee"], IPAddress="172.18.0.2")
    assert fact.aliases == ("db", "todos-mongo", "c0ffee")


def test_docker_29_tells_names_alone() -> None:
    assert endpoint(Aliases=None, DNSNames=["web"], GwPriority=0).aliases == ("web",)


def test_both_addresses_are_told_ipv4_first() -> None:
    fact = endpoint(GlobalIPv6Address="2001:db8::2", IPAddress="172.18.0.2")
    assert fact.addresses == ("172.18.0.2", "2001:db8::2")
    assert endpoint(GlobalIPv6Address="2001:db8::2").addresses == ("2001:db8::2",)


def test_one_that_does_not_run_has_no_address() -> None:
    assert endpoint(IPAddress="", Gateway="") == EndpointFact()


def test_a_place_that_podman_tells_nothing_of_is_still_a_place() -> None:
    assert parse_endpoints({"podman": None}) == {"podman": EndpointFact()}


def test_links_are_kept_as_they_were_typed() -> None:
    assert endpoint(Links=["todos-mongo:db", "todos-app"]).links == ("todos-mongo:db", "todos-app")


@pytest.mark.parametrize("field", ["IPAddress", "GlobalIPv6Address"])
@pytest.mark.parametrize("address", ["evil.example", "172.18.0.2/16", "172.18.0.300", "::1]", " ", "1\x1b[31m"])
def test_an_address_that_is_none_is_never_asked(field: str, address: str) -> None:
    assert (
        assert_probe_failed("answer-garbled", lambda: endpoint(**{field: address}))
        .values["detail"]
        .startswith("address ")
    )


GOOD = {
    "Aliases": ["db"], "DNSNames": ["db"], "IPAddress": "172.18.0.2", "GlobalIPv6Address": "", "Gateway": "172.18.0.1",
    "Links": ["a:b"],
}  # fmt: skip


@many_examples
@given(mangle(GOOD))
def test_any_place_is_a_fact_or_a_refusal(raw: Any) -> None:
    try:
        one = msgspec.convert(raw, RawEndpoint, strict=False)
    except msgspec.ValidationError:
        return  # rejected when the answer is decoded
    assert_fact_or_probe_failed(lambda: parse_endpoints({"net": one}))
