"""A service of a swarm on a fake machine, with a task in each of three containers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader.checks.expect import expect
from tests.checks.fake_engine_json import FakeContainer, date_ago, fake_container, fake_network, fake_service, fake_task
from tests.checks.fake_machine import FakeMachine, serves

if TYPE_CHECKING:
    from grader.checks.swarm.services import ServiceExpectation
    from grader.machine.machine import Machine
    from grader.roster.ports import PortRange

SPEC: dict[str, Any] = {
    "containers": {"porte": {"name": "porte", "image": "haproxy", "port": 80}},
    "ports": {"web": {"port": 4000, "offset": 0}},
    "services": {"web": {"name": "web", "replicas": 3, "proxy": "porte"}},
    "networks": {"overlay": {"name": "tp8-net", "driver": "overlay"}},
}
INGRESS_PORT: dict[str, Any] = {"TargetPort": 80, "PublishedPort": 4000, "Protocol": "tcp", "PublishMode": "ingress"}


def host_port(published: int | None, inside: int = 80, **more: Any) -> dict[str, Any]:
    """A port for each task."""
    return {"TargetPort": inside, "PublishedPort": published, "Protocol": "tcp", "PublishMode": "host"} | more


def fake_proxy(ports: str = "4000", **more: Any) -> FakeContainer:
    """A container in front of the service."""
    return fake_container(
        "porte", image="haproxy", ports={"80/tcp": ports} if ports else {}, listens=("0.0.0.0:80",), **more
    )


class FakeSwarm(FakeMachine):
    """All as it should be; a test takes something away."""

    def __init__(
        self, *others: FakeContainer, ports: tuple[dict[str, Any], ...] = (INGRESS_PORT,), replicas: int | None = 3
    ) -> None:
        self.containers = [fake_container(f"web.{slot}", listens=("0.0.0.0:80",)) for slot in (1, 2, 3)]
        super().__init__(*self.containers, *others)
        self.networks = [
            fake_network("tp8-net", "overlay", Scope="swarm"),
            fake_network("other", "overlay", Scope="swarm"),
        ]
        self.services = [fake_service(replicas=replicas, ports=ports, networks=("tp8-net-id",))]
        self.tasks = [fake_task(f"t{slot}", slot, container_id=f"web.{slot}-id") for slot in (1, 2, 3)]
        self.sites[4000] = serves(self.containers[0])

    def machine(self, own_ports: PortRange | None = None) -> Machine:
        return self.as_machine(own_ports=own_ports, **SPEC)

    def service(self, *, within_s: float = 0, own_ports: PortRange | None = None) -> ServiceExpectation:
        return expect(self.machine(own_ports).service("web"), within_s=within_s)

    def set_task(self, number: int, state: str, **more: Any) -> None:
        """The state of one task, from now on."""
        one = self.tasks[number]
        one["DesiredState"] = more.pop("wanted", one["DesiredState"])
        one["Status"] = one["Status"] | {"State": state, "Timestamp": date_ago(-self.total_wait_s)} | more
