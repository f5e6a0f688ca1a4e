"""Where a service of a swarm is published, by itself or by a container in front of it; and what was done instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.swarm.publishing import find_entry_points
from grader.probes.swarm.services import ServiceFact, find_service
from grader.probes.swarm.tasks import list_tasks
from grader.roster.ports import PortRange
from tests.checks.fake_machine import fails_with
from tests.checks.fake_swarm import INGRESS_PORT, FakeSwarm, fake_proxy, host_port

if TYPE_CHECKING:
    from grader.checks.swarm.entry_points import EntryPoint
    from tests.checks.fake_engine_json import FakeContainer

MINE = PortRange(41200, 41209)
TASKS = ("web.1", "web.2", "web.3")


def entry_points(lab: FakeSwarm, own_ports: PortRange | None = None) -> list[EntryPoint]:
    service = lab.machine(own_ports).service("web")
    fact = find_service(service)
    assert isinstance(fact, ServiceFact)
    return find_entry_points(service, fact, list_tasks(service.machine, fact))


def shown(lab: FakeSwarm) -> list[tuple[Any, ...]]:
    return [
        (
            one.port,
            one.container_port,
            tuple(task.name for task in one.tasks),
            one.proxy and one.proxy.name,
            one.host_ip,
            one.is_routing_mesh,
        )
        for one in entry_points(lab)
    ]


def test_the_swarms_own_port_leads_to_all_tasks() -> None:
    assert shown(FakeSwarm()) == [(4000, 80, TASKS, None, "", True)]


def test_a_task_whose_container_is_gone_or_elsewhere_is_left_out() -> None:
    lab = FakeSwarm()
    lab.fake_containers.pop(1)
    assert shown(lab) == [(4000, 80, ("web.1", "web.3"), None, "", True)]


def test_a_port_of_each_task_leads_to_that_task() -> None:
    lab = FakeSwarm(ports=(host_port(4000),))
    lab.tasks[1]["Status"]["PortStatus"] = {"Ports": [host_port(9, 81), host_port(32769)]}
    one = [(4000, 80, ("web.1",), None, "", False), (32769, 80, ("web.2",), None, "", False)]
    assert shown(lab) == [*one, (4000, 80, ("web.3",), None, "", False)]


def test_a_port_that_the_engine_is_to_choose_is_as_good_for_a_task() -> None:
    lab = FakeSwarm(ports=(host_port(None),))
    lab.tasks[0]["Status"]["PortStatus"] = {"Ports": [host_port(32768)]}
    assert shown(lab)[0] == (32768, 80, ("web.1",), None, "", False)


def test_the_sheets_port_comes_before_a_chosen_one() -> None:
    assert shown(FakeSwarm(ports=(host_port(None, 8080), INGRESS_PORT)))[0][:2] == (4000, 80)


def test_a_container_before_it_is_its_entry_point() -> None:
    assert shown(FakeSwarm(fake_proxy(), ports=())) == [(4000, 80, TASKS, "porte", "", False)]
    assert shown(FakeSwarm(fake_proxy("192.0.2.7:4000"), ports=())) == [(4000, 80, TASKS, "porte", "192.0.2.7", False)]


@pytest.mark.parametrize(
    ("proxy", "code"),
    [
        (fake_proxy("4001"), "port-other"),
        (fake_proxy("127.0.0.1:4000"), "port-on-loopback"),
        (fake_proxy(""), "port-not-published"),
        (fake_proxy(state="exited", exit_code=1), "container-exited"),
    ],
)
def test_a_container_before_it_that_publishes_wrong_is_told_as_a_site(proxy: FakeContainer, code: str) -> None:
    with fails_with(code, name="porte"):
        entry_points(FakeSwarm(proxy, ports=()))


def test_a_udp_port_of_a_container_is_no_entry_point() -> None:
    proxy = fake_proxy("")
    proxy.raw["NetworkSettings"]["Ports"] = {"80/udp": [{"HostPort": "4000"}]}
    with fails_with("port-udp"):
        entry_points(FakeSwarm(proxy, ports=()))


@pytest.mark.parametrize(
    ("ports", "code", "published"),
    [
        ((), "service-not-published", ""),
        ((INGRESS_PORT | {"TargetPort": 4000, "PublishedPort": 80},), "service-port-reversed", "80->4000/tcp"),
        ((INGRESS_PORT | {"PublishedPort": 4001},), "service-port-other", "4001->80/tcp"),
        ((INGRESS_PORT | {"Protocol": "udp"},), "service-port-udp", "4000->80/udp"),
        ((INGRESS_PORT | {"PublishedPort": None},), "service-port-other", "?->80/tcp"),
        ((host_port(4001),), "service-port-other", "4001->80/tcp"),
        (
            (host_port(None, Protocol="udp"), INGRESS_PORT | {"PublishedPort": 1}),
            "service-port-other",
            "?->80/udp, 1->80/tcp",
        ),
    ],
)
def test_a_service_that_is_published_wrong_is_told(
    ports: tuple[dict[str, Any], ...], code: str, published: str
) -> None:
    with fails_with(code, service="web", wanted=4000, published=published):
        entry_points(FakeSwarm(ports=ports))


def test_a_service_with_a_wrong_port_is_told_before_the_container_before_it() -> None:
    with fails_with("service-port-other"):
        entry_points(FakeSwarm(fake_proxy("4001"), ports=(INGRESS_PORT | {"PublishedPort": 4001},)))


@pytest.mark.parametrize(
    ("published", "code"),
    [(41200, ""), (41209, "service-port-other"), (4000, "outside-your-ports"), (None, "service-port-other")],
)
def test_a_port_of_somebody_else_is_outside_your_ports(published: int | None, code: str) -> None:
    lab = FakeSwarm(ports=(INGRESS_PORT | {"PublishedPort": published},))
    if not code:
        assert entry_points(lab, MINE)[0].port == 41200
        return
    values = {"name": "web", "published": published, "first": 41200, "last": 41209, "wanted": 41200}
    with fails_with(code, **(values if code == "outside-your-ports" else {})):
        entry_points(lab, MINE)
