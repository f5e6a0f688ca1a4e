"""An engine whose settings keep the todos from working: that is an error, not the student's failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.failure import CheckFailed
from grader.errors import ProbeFailed
from grader.machine.question import Answer
from tests.checks.fake_engine_json import File
from tests.checks.fake_todos import FakeTodos
from tests.scripted_machine import DOCKER_26, PODMAN_4, PODMAN_5

if TYPE_CHECKING:
    from tests.scripted_machine import Version

PORTS: dict[str, Any] = {
    "mongo": {"port": 4000, "offset": 0},
    "api": {"port": 4001, "offset": 1},
    "app": {"port": 4002, "offset": 2},
}
ROOTLESS = {"SecurityOptions": ["name=rootless"]}
ROOTFUL = {"SecurityOptions": ["name=seccomp,profile=builtin"]}


class ThroughTheMachine(FakeTodos):
    """TP4: each container of its own, reached through the machine's ports; the API does not get to its database."""

    def __init__(
        self,
        given: str = "host-gateway",
        published: str = "4000",
        typed: str = "",
        address: str = "",
        version: Version = DOCKER_26,
    ) -> None:
        super().__init__(version=version, MONGO="mydocker:4000", API_URL="mydocker:4001")
        for box in (self.mongo, self.api, self.app):
            box.raw["NetworkSettings"]["Networks"] = {
                "bridge": {"IPAddress": "172.17.0.2", "GlobalIPv6Address": address}
            }
            box.raw["HostConfig"] |= {"ExtraHosts": [f"mydocker:{given}"], "NetworkMode": "bridge"}
        for box, inside, port in ((self.mongo, "27017/tcp", published), (self.api, "8082/tcp", "4001")):
            host, _, number = port.rpartition(":")
            box.raw["NetworkSettings"]["Ports"] = {inside: [{"HostIp": host, "HostPort": number}]}
            box.raw["HostConfig"]["PortBindings"] = {inside: [{"HostIp": typed, "HostPort": number}]}
        self.table["/info"] = ROOTFUL
        self.sites[4002] = Answer(503, b"the API has no database")
        self.sites[4001] = self.sites["172.17.0.2:8082"] = Answer(503, b"no database")

    def outcome(self) -> str:
        try:
            self.expect(ports=PORTS, hosts={"machine": "mydocker"}).to_show_the_page()
        except (CheckFailed, ProbeFailed) as error:
            return f"{'failed' if isinstance(error, CheckFailed) else 'error'} {error.code}"
        return "passed"


@pytest.mark.parametrize(
    ("given", "info", "outcome"),
    [
        ("host-gateway", ROOTLESS, "error host-gateway-rootless"),
        ("host-gateway", ROOTFUL, "failed api-without-database"),
        ("192.168.1.7", ROOTLESS, "failed api-without-database"),
    ],
)
def test_on_a_rootless_engine_host_gateway_is_not_the_machine(given: str, info: dict[str, Any], outcome: str) -> None:
    lab = ThroughTheMachine(given)
    lab.table["/info"] = info
    assert lab.outcome() == outcome


@pytest.mark.parametrize(
    ("given", "address", "outcome"),
    [
        ("host-gateway", "fd00:6c61:62::2", "error host-gateway-ipv6"),
        ("host-gateway", "", "failed api-without-database"),
        ("172.17.0.1", "fd00:6c61:62::2", "failed api-without-database"),
    ],
)
def test_with_ipv6_host_gateway_is_an_address_where_nobody_listens(given: str, address: str, outcome: str) -> None:
    assert ThroughTheMachine(given, address=address).outcome() == outcome


@pytest.mark.parametrize(
    ("version", "written", "outcome"),
    [
        (PODMAN_4, "host-gateway", "error host-gateway-unknown"),
        (PODMAN_5, "10.88.0.1", "failed api-without-database"),
        (DOCKER_26, "host-gateway", "failed api-without-database"),
    ],
)
def test_podman_may_write_the_word_itself(version: Version, written: str, outcome: str) -> None:
    lab = ThroughTheMachine(version=version)
    for box in (lab.api, lab.app):
        box.files["/etc/hosts"] = File(f"{written}\tmydocker\n".encode())
    assert lab.outcome() == outcome


@pytest.mark.parametrize(
    ("published", "typed", "outcome"),
    [
        ("127.0.0.1:4000", "", "error published-on-loopback"),
        ("127.0.0.1:4000", "127.0.0.1", "failed api-without-database"),
        ("192.168.1.7:4000", "", "failed api-without-database"),
    ],
)
def test_an_engine_may_publish_where_no_container_gets(published: str, typed: str, outcome: str) -> None:
    assert ThroughTheMachine(published=published, typed=typed).outcome() == outcome


def test_by_name_no_connection_goes_through_the_machine() -> None:
    """The same settings, in TP5."""
    lab = FakeTodos()
    lab.table["/info"] = ROOTLESS
    lab.sites[4002] = lab.sites["172.18.0.3:8082"] = Answer(503)
    with pytest.raises(CheckFailed, match="api-without-database"):
        lab.expect().to_show_the_page()


def test_what_works_is_not_asked_about() -> None:
    lab = ThroughTheMachine()
    lab.table["/info"] = ROOTLESS
    lab.sites[4002] = lab.page
    lab.app.raw["NetworkSettings"]["Ports"] = lab.app.raw["HostConfig"]["PortBindings"]
    assert lab.outcome() == "passed"
    assert "/info" not in lab.question_keys
