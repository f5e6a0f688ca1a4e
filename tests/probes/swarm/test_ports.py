"""Ports of a swarm service, and of one of its tasks."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given

from grader.probes.swarm.ports import RawServiceEndpoint, ServicePort, parse_service_ports
from tests.probes.malformed_answers import assert_fact_or_probe_failed, mangle, many_examples


def ports(*raw: dict[str, Any]) -> tuple[ServicePort, ...]:
    return parse_service_ports(msgspec.convert({"Ports": list(raw)}, RawServiceEndpoint))


def test_a_port_of_all_nodes_is_told_from_one_of_the_tasks_own() -> None:
    mesh = {"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 4000, "PublishMode": "ingress"}
    own = {"Protocol": "udp", "TargetPort": 53, "PublishedPort": 5353, "PublishMode": "host"}
    assert ports(mesh, own) == (ServicePort(80, 4000, "tcp", "ingress"), ServicePort(53, 5353, "udp", "host"))
    assert [str(port) for port in ports(mesh, own)] == ["4000->80/tcp", "5353->53/udp"]


@pytest.mark.parametrize("published", [{}, {"PublishedPort": 0}, {"PublishedPort": None}])
def test_a_port_that_the_engine_chooses_is_none(published: dict[str, Any]) -> None:
    (port,) = ports({"TargetPort": 80, "PublishMode": "host"} | published)
    assert port.published is None
    assert str(port) == "?->80/tcp"


@pytest.mark.parametrize("mode", ["ingress", "", "HOST", "x"])
def test_any_other_mode_is_the_default(mode: str) -> None:
    assert ports({"TargetPort": 80, "PublishMode": mode})[0].mode == "ingress"
    assert ports({"TargetPort": 80})[0].mode == "ingress"


@pytest.mark.parametrize("endpoint", [None, RawServiceEndpoint(), RawServiceEndpoint([])])
def test_one_that_publishes_nothing_has_none(endpoint: RawServiceEndpoint | None) -> None:
    assert parse_service_ports(endpoint) == ()


@many_examples
@given(mangle({"Ports": [{"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 4000, "PublishMode": "ingress"}]}))
def test_any_endpoint_is_facts_or_refused_where_it_is_decoded(raw: Any) -> None:
    try:
        endpoint = msgspec.convert(raw, RawServiceEndpoint, strict=False)
    except msgspec.ValidationError:
        return
    assert_fact_or_probe_failed(lambda: [str(port) for port in parse_service_ports(endpoint)])
