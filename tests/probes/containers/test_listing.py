"""`GET /containers/json` of every kind of engine."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from grader.machine.question import Answer
from grader.probes.containers.listing import ContainerSummary, list_containers
from tests.probes.malformed_answers import (
    BIDI,
    MALFORMED_ANSWERS,
    answers_like,
    assert_fact_or_probe_failed,
    assert_probe_failed,
    many_examples,
)
from tests.scripted_machine import DOCKER_20, DOCKER_29, PODMAN_4, PODMAN_5, ScriptedAnswers, scripted_machine

QUESTION = "/containers/json?all=1"
LABELS = {"com.docker.compose.project": "todos", "com.docker.compose.service": "api"}
DOCKER = {
    "Id": "c0ffee", "Names": ["/todos-api"], "Image": "todos-api-v2", "ImageID": "sha256:00ff", "Command": "/server",
    "Created": 1795494253, "Ports": [{"PrivatePort": 8082, "Type": "tcp"}], "Labels": LABELS, "State": "running",
    "Status": "Up 2 minutes", "HostConfig": {"NetworkMode": "todos_default"}, "Mounts": [],
    "NetworkSettings": {"Networks": {"todos_default": {"IPAddress": "172.18.0.3", "Aliases": None, "Links": None}}},
}  # fmt: skip
NEWER = DOCKER | {"ImageManifestDescriptor": {"mediaType": "application/vnd.oci.image.manifest.v1+json"}, "Health": {}}
PODMAN = DOCKER | {
    "Names": ["/todos-api"], "Ports": None, "Mounts": None, "SizeRw": 0, "HostConfig": {},
    "NetworkSettings": {"Networks": {"todos_default": {"IPAddress": "172.18.0.3", "Aliases": ["c0ffee"]}}},
    "NetworkNames": ["todos_default"], "IsInfra": False,
}  # fmt: skip


def listed(*raw: dict[str, Any], version: dict[str, Any] = DOCKER_20) -> tuple[ContainerSummary, ...]:
    return list_containers(scripted_machine({QUESTION: list(raw)}, version=version))


@pytest.mark.parametrize(
    ("raw", "version"),
    [(DOCKER, DOCKER_20), (NEWER, DOCKER_29), (PODMAN, PODMAN_4), (PODMAN | {"Names": ["todos-api"]}, PODMAN_5)],
    ids=["Docker 20", "Docker 29", "Podman 4", "without a slash"],
)
def test_every_engine_lists_the_same_container(raw: dict[str, Any], version: dict[str, Any]) -> None:
    (one,) = listed(raw, version=version)
    assert one == ContainerSummary("c0ffee", "todos-api", "todos-api-v2", "running", LABELS, ("172.18.0.3",))
    assert (one.project, one.service) == ("todos", "api")


def test_those_in_any_state_are_asked_for() -> None:
    link = ScriptedAnswers({QUESTION: []})
    assert list_containers(scripted_machine(link)) == ()
    assert link.question_keys == [QUESTION]


def test_the_order_is_the_engines() -> None:
    assert [one.id for one in listed(DOCKER | {"Id": "b"}, DOCKER | {"Id": "a"})] == ["b", "a"]


@pytest.mark.parametrize(
    ("names", "own"),
    [
        (["/web"], "web"),
        (["web"], "web"),
        (["/api/db", "/web"], "web"),
        (["/web", "/other"], "web"),
        (["/api/db"], ""),
        (["api/db", "web"], "web"),
        ([], ""),
        (None, ""),
        (["//web"], ""),
        ([f"/{BIDI}"], BIDI),
    ],
)
def test_its_own_name_is_told_from_those_of_links(names: list[str] | None, own: str) -> None:
    assert listed(DOCKER | {"Names": names})[0].name == own


@pytest.mark.parametrize("settings", [None, {}, {"Networks": None}, {"Networks": {}}, {"Networks": {"a": None}}])
def test_one_without_networks_has_no_address(settings: dict[str, Any] | None) -> None:
    assert listed(DOCKER | {"NetworkSettings": settings})[0].addresses == ()


def test_all_but_the_id_may_be_missing() -> None:
    assert listed({"Id": "x"}) == (ContainerSummary("x", "", "", "", {}),)
    assert listed({"Id": "x", "Labels": None})[0].service == ""


@pytest.mark.parametrize(("oneoff", "service"), [("True", ""), ("False", "api"), ("true", "api")])
def test_what_compose_run_made_is_of_no_service(oneoff: str, service: str) -> None:
    (one,) = listed(DOCKER | {"Labels": LABELS | {"com.docker.compose.oneoff": oneoff}})
    assert (one.service, one.project) == (service, "todos")


@pytest.mark.parametrize(("answer", "code"), [*MALFORMED_ANSWERS, (Answer(404), "answer-unexpected")])
def test_what_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    machine = scripted_machine({QUESTION: answer})
    assert assert_probe_failed(code, lambda: list_containers(machine)).values["asked"] == "GET /containers/json"


@pytest.mark.parametrize("more", [{"Id": None}, {"Id": 7}, {"Names": "web"}, {"Labels": []}, {"Labels": {"a": None}}])
def test_other_types_are_refused(more: dict[str, Any]) -> None:
    assert_probe_failed("answer-garbled", lambda: listed(DOCKER | more))


@many_examples
@given(answers_like([DOCKER, PODMAN]))
def test_any_answer_is_facts_or_a_refusal(answer: Answer) -> None:
    def look() -> object:
        return [(one, one.service, one.project) for one in list_containers(scripted_machine({QUESTION: answer}))]

    assert_fact_or_probe_failed(look)
