"""A network: that it exists, its driver, and the containers on it."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.containers.expectation import require_container
from grader.checks.expect import expect
from grader.checks.networks.expectation import diagnose_no_network, user_defined_networks
from grader.machine.question import Answer
from tests.checks.fake_engine_json import FakeContainer, compose_labels, fake_container, fake_network
from tests.checks.fake_machine import FakeMachine, fails_with, raises_probe_failed

SPEC: dict[str, Any] = {
    "containers": {"web": {"name": "web", "image": "nginx"}, "db": {"name": "db", "image": "mongo"}},
    "networks": {"todos": {"name": "todos-net", "driver": "bridge"}},
}
NET = fake_network("todos-net")


def machine(*boxes: FakeContainer, networks: tuple[dict[str, Any], ...] = (NET,), **spec: Any) -> Any:
    link = FakeMachine(*boxes)
    link.networks = list(networks)
    return link.as_machine(**(SPEC | spec))


def is_there(*networks: dict[str, Any], **spec: Any) -> None:
    expect(machine(networks=networks, **spec).network("todos")).to_exist()


def test_a_network_of_the_name_and_driver_is_there() -> None:
    is_there(fake_network("bridge"), NET)


@pytest.mark.parametrize(
    ("networks", "code", "near"),
    [
        ((fake_network("bridge"),), "network-missing", ""),
        ((fake_network("todos_net"),), "network-misnamed", "todos_net"),
        (
            (fake_network("x_todos-net", Labels={"com.docker.compose.network": "todos-net"}),),
            "network-of-compose",
            "x_todos-net",
        ),
    ],
)
def test_one_that_is_not_there_is_told_with_one_that_may_be_meant(
    networks: tuple[dict[str, Any], ...], code: str, near: str
) -> None:
    with fails_with(code, network="todos-net", near=near):
        is_there(*networks)


def test_another_driver_is_another() -> None:
    with fails_with("network-other-driver", network="todos-net", driver="macvlan", wanted="bridge"):
        is_there(fake_network("todos-net", "macvlan"))


def test_networks_that_cannot_be_listed_are_no_failure() -> None:
    link = FakeMachine()
    link.table["/networks"] = Answer(500, b"broken")
    with raises_probe_failed("answer-unexpected"):
        expect(link.as_machine(**SPEC).network("todos")).to_exist()


@pytest.mark.parametrize(
    ("scope", "attachable", "is_good"),
    [("swarm", True, True), ("swarm", False, False), ("local", False, True), ("local", True, True)],
)
def test_only_a_network_of_a_swarm_may_be_closed(scope: str, *, attachable: bool, is_good: bool) -> None:
    judged = machine(networks=(fake_network("todos-net", Scope=scope, Attachable=attachable),))
    if is_good:
        expect(judged.network("todos")).to_be_attachable()
    else:
        with fails_with("network-not-attachable", network="todos-net"):
            expect(judged.network("todos")).to_be_attachable()


def test_a_network_of_another_driver_is_not_the_one_to_attach_to() -> None:
    judged = machine(networks=(fake_network("todos-net", "overlay", Scope="swarm", Attachable=True),))
    with fails_with("network-other-driver", network="todos-net", driver="overlay"):
        expect(judged.network("todos")).to_be_attachable()


def joins(*boxes: FakeContainer) -> None:
    judged = machine(*boxes)
    expect(judged.network("todos")).to_connect(judged.container("web"), judged.container("db"))


def on(name: str, *networks: str, **more: Any) -> FakeContainer:
    return fake_container(name, networks=dict.fromkeys(networks, "172.18.0.2"), **more)


def test_containers_on_the_network_and_on_others_join_it() -> None:
    joins(on("web", "todos-net"), on("db", "bridge", "todos-net"))


@pytest.mark.parametrize("mode", ["bridge", "default", "podman"])
def test_one_on_the_default_bridge_joined_none(mode: str) -> None:
    with fails_with("network-default-bridge", name="db", network="todos-net"):
        joins(on("web", "todos-net"), on("db", "bridge", mode=mode))


@pytest.mark.parametrize("mode", ["host", "none", "container:x"])
def test_one_without_a_network_of_its_own_joined_none(mode: str) -> None:
    with fails_with("network-mode", name="web", network="todos-net", mode=mode):
        joins(on("web", mode.partition(":")[0] if mode != "container:x" else "host", mode=mode), on("db", "todos-net"))


def test_one_on_another_network_did_not_join() -> None:
    with fails_with("network-not-joined", name="web", network="todos-net", others="bridge, other") as found:
        joins(on("web", "bridge", "other"), on("db", "todos-net"))
    assert found[0].evidence == ("bridge, other",)


def test_each_of_them_must_have_run() -> None:
    joins(on("web", "todos-net"), on("db", "todos-net", state="exited", exit_code=1))
    with fails_with("container-created", name="db"):
        joins(on("web", "todos-net"), on("db", "todos-net", state="created"))


def test_of_replicas_those_that_run_join() -> None:
    compose = {"project": "tp7", "services": {"web": "web"}, "replicas": {"web": 2}}
    spec: dict[str, Any] = {"compose": compose, "containers": {"web": {}}}

    def judge(*networks: str) -> None:
        boxes = [on(f"tp7-web-{n}", one, labels=compose_labels("web", "tp7", n)) for n, one in enumerate(networks)]
        boxes.append(on("tp7-web-9", "x", state="exited", labels=compose_labels("web", "tp7", 9)))
        judged = machine(*boxes, **spec)
        expect(judged.network("todos")).to_connect(judged.replicas("web"))

    judge("todos-net", "todos-net")
    with fails_with("network-not-joined", name="tp7-web-1"):
        judge("todos-net", "other")


def only(*networks: str, **more: Any) -> None:
    judged = machine(on("web", *networks, **more))
    expect(judged.network("todos")).to_be_the_only_network_of(judged.container("web"))


def test_it_is_the_only_one() -> None:
    only("todos-net")
    with fails_with("network-not-only", name="web", network="todos-net", others="bridge, x") as found:
        only("bridge", "todos-net", "x")
    assert found[0].evidence == ("bridge, x",)
    with fails_with("network-not-joined"):
        only("x")
    only("todos-net", state="exited", exit_code=1)
    with fails_with("container-created"):
        only("todos-net", state="created")


def test_networks_of_ones_own_are_those_that_somebody_made() -> None:
    fact = require_container(machine(on("web", "bridge", "podman", "host", "none", "mine")).container("web"))
    assert user_defined_networks(fact) == {"mine"}
    assert diagnose_no_network(fact, "x") is None


def test_a_container_on_no_network_shows_its_mode() -> None:
    box = on("web")
    box.raw["NetworkSettings"]["Networks"] = {}
    box.raw["HostConfig"]["NetworkMode"] = "none"
    with fails_with("network-mode", mode="none"):
        joins(box, on("db", "todos-net"))
