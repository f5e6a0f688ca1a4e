"""Networks of every kind of engine, and which one is meant."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from grader.machine.question import Answer
from grader.probes.networks.networks import NetworkFact, NoNetwork, find_network, list_networks
from tests.probes.malformed_answers import (
    MALFORMED_ANSWERS,
    answers_like,
    assert_fact_or_probe_failed,
    assert_probe_failed,
    many_examples,
)
from tests.scripted_machine import DOCKER_29, PODMAN_4, ScriptedAnswers, exercise_spec, scripted_machine

LIST = "/containers/json?all=1"
SPEC = exercise_spec(networks={"net": {"name": "todos-net"}})
COMPOSE = exercise_spec(
    networks={"net": {"name": "todos-net"}},
    containers={"web": {}},
    compose={"project": "todos", "services": {"web": "web"}},
)
DOCKER = {
    "Name": "todos-net", "Id": "c0ffee", "Created": "2027-01-15T07:00:00Z", "Scope": "local", "Driver": "bridge",
    "EnableIPv6": False, "IPAM": {"Driver": "default", "Options": None, "Config": []}, "Internal": False,
    "Attachable": False, "Ingress": False, "ConfigFrom": {"Network": ""}, "Containers": {}, "Options": {}, "Labels": {},
}  # fmt: skip
PODMAN = {
    "Name": "todos-net", "Id": "c0ffee", "Created": "2027-01-15T07:00:00Z", "Scope": "local", "Driver": "bridge",
    "EnableIPv6": False, "Internal": False, "Attachable": False, "Labels": None, "Containers": None, "Options": None,
}  # fmt: skip


def network(name: str, **more: Any) -> dict[str, Any]:
    return DOCKER | {"Name": name, "Id": f"id-{name}"} | more


def of_compose(project: str, written: str = "todos-net") -> dict[str, Any]:
    labels = {"com.docker.compose.project": project, "com.docker.compose.network": written}
    return network(f"{project}_{written}", Labels=labels)


def found(*networks: dict[str, Any], spec: Any = SPEC, projects: tuple[str, ...] = ()) -> NetworkFact | NoNetwork:
    labels = [{"com.docker.compose.project": one, "com.docker.compose.service": "web"} for one in projects]
    listed = [{"Id": str(n), "Labels": one} for n, one in enumerate(labels)]
    return find_network(scripted_machine({"/networks": list(networks), LIST: listed}, spec).network("net"))


def name_of(fact: NetworkFact | NoNetwork) -> str:
    assert isinstance(fact, NetworkFact)
    return fact.name


@pytest.mark.parametrize(
    ("raw", "version"),
    [
        (DOCKER, DOCKER_29),
        (PODMAN, PODMAN_4),
        ({"Name": "todos-net", "Id": "c0ffee", "Driver": "bridge", "Scope": "local"}, None),
    ],
    ids=["Docker", "Podman", "the least"],
)
def test_every_engine_tells_the_same_network(raw: dict[str, Any], version: dict[str, Any] | None) -> None:
    link = ScriptedAnswers({"/networks": [raw]}, version or DOCKER_29)
    (one,) = list_networks(scripted_machine(link))
    assert one == NetworkFact("c0ffee", "todos-net", "bridge", False, False, "local", {})  # noqa: FBT003 - as sent
    assert (one.is_built_in, one.project, one.name_in_file, one.is_of_swarm) == (False, "", "todos-net", False)
    assert link.question_keys == ["/networks"]


def test_what_few_networks_are_is_told_too() -> None:
    labels = {"com.docker.stack.namespace": "tp8"}
    raw = network("tp8_front", Internal=True, Attachable=True, Scope="swarm", Driver="overlay", Labels=labels)
    (one,) = list_networks(scripted_machine({"/networks": [raw]}))
    assert (one.is_internal, one.is_attachable, one.is_of_swarm, one.driver) == (True, True, True, "overlay")
    assert one.name_in_file == "front"


@pytest.mark.parametrize(
    ("name", "is_built_in"),
    [("bridge", True), ("host", True), ("none", True), ("podman", True), ("Bridge", False), ("bridge2", False)],
)
def test_the_engines_own_are_told_from_others(name: str, is_built_in: object) -> None:
    (one,) = list_networks(scripted_machine({"/networks": [network(name)]}))
    assert one.is_built_in is is_built_in


def test_composes_name_comes_before_that_of_a_stack() -> None:
    labels = {"com.docker.compose.network": "front", "com.docker.stack.namespace": "x"}
    (one,) = list_networks(scripted_machine({"/networks": [network("x_back", Labels=labels)]}))
    assert one.name_in_file == "front"


def test_the_one_of_that_very_name_is_meant() -> None:
    assert name_of(found(network("bridge"), network("todos-net2"), network("todos-net"))) == "todos-net"


def test_in_an_exercise_about_compose_the_projects_own_comes_first() -> None:
    networks = (network("todos-net"), of_compose("other"), of_compose("todos"))
    assert name_of(found(*networks, spec=COMPOSE, projects=("todos",))) == "todos_todos-net"
    assert name_of(found(*networks, spec=COMPOSE, projects=("other",))) == "other_todos-net"
    assert name_of(found(*networks[:2], spec=COMPOSE)) == "todos-net"
    assert name_of(found(*networks[1:2], spec=COMPOSE)) == "other_todos-net"


def test_in_another_a_network_of_compose_is_not_the_one_but_may_be_meant() -> None:
    assert found(of_compose("todos")) == NoNetwork("todos_todos-net", "compose")


def test_a_network_of_a_stack_is_meant_by_its_name_in_the_file() -> None:
    labels = {"com.docker.stack.namespace": "tp8"}
    assert name_of(found(network("tp8_todos-net", Scope="swarm", Labels=labels))) == "tp8_todos-net"
    assert found(network("tp8_todos-net", Labels=labels)) == NoNetwork("tp8_todos-net", "compose")


def test_a_network_without_a_project_is_nobodys_own() -> None:
    nobodys = network("x", Labels={"com.docker.compose.network": "todos-net"})
    assert name_of(found(nobodys, network("todos-net"), spec=COMPOSE)) == "todos-net"


@pytest.mark.parametrize("near", ["todosnet", "todos_net", "TODOS-NET", "todo-net", "todos-nett"])
def test_almost_the_name_may_be_meant(near: str) -> None:
    assert found(network("bridge"), network("x"), network(near)) == NoNetwork(near, "name")


@pytest.mark.parametrize("far", ["net", "bridge", "other", "---"])
def test_another_name_is_not(far: str) -> None:
    assert found(network(far)) == NoNetwork()


TIERS = {"front": {"name": "front-tier"}, "back": {"name": "back-tier"}}


def in_place_of(role: str, *names: str, is_exact: bool = False) -> NetworkFact | NoNetwork:
    sheet = exercise_spec(judge_near_names=True, networks=TIERS)
    machine = scripted_machine({"/networks": [network(name) for name in names]}, sheet)
    return find_network(machine.network(role), exact=is_exact)


def test_one_that_may_be_meant_is_found_if_the_exercise_says_so() -> None:
    assert name_of(in_place_of("front", "front-end", "back-end")) == "front-end"
    assert name_of(in_place_of("back", "front-end", "back-end")) == "back-end"
    assert in_place_of("back", "front-end", "back-end", is_exact=True) == NoNetwork("back-end", "name")


def test_a_network_stands_for_one_at_most() -> None:
    assert in_place_of("front", "tier") == NoNetwork()
    assert name_of(in_place_of("back", "tier")) == "tier"
    assert in_place_of("back", "front-tier") == NoNetwork()


def test_one_of_the_engines_own_is_never_meant() -> None:
    spec = exercise_spec(networks={"net": {"name": "bridg"}})
    assert found(network("bridge"), spec=spec) == NoNetwork()


@pytest.mark.parametrize(("answer", "code"), [*MALFORMED_ANSWERS, (Answer(404), "answer-unexpected")])
def test_what_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    machine = scripted_machine({"/networks": answer}, SPEC)
    assert assert_probe_failed(code, lambda: find_network(machine.network("net"))).values["asked"] == "GET /networks"


@pytest.mark.parametrize("more", [{"Id": None}, {"Name": None}, {"Labels": []}, {"Internal": "perhaps"}, {"Scope": 7}])
def test_other_types_are_refused(more: dict[str, Any]) -> None:
    assert_probe_failed("answer-garbled", lambda: found(DOCKER | more))


@many_examples
@given(answers_like([DOCKER, of_compose("todos"), network("todosnet")]))
def test_any_answer_is_a_fact_or_a_refusal(answer: Answer) -> None:
    for spec in (SPEC, COMPOSE):
        machine = scripted_machine({"/networks": answer, LIST: []}, spec)
        assert_fact_or_probe_failed(lambda machine=machine: find_network(machine.network("net")))  # type: ignore[misc]
