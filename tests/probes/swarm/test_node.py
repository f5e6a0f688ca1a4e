"""The machine as a node of a swarm: `GET /info` of Docker 20.10 and later, shortened."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from grader.machine.question import Answer
from grader.probes.swarm.node import SwarmFact, parse_swarm, read_swarm
from tests.probes.malformed_answers import (
    MALFORMED_ANSWERS,
    answers_like,
    assert_fact_or_probe_failed,
    assert_probe_failed,
    many_examples,
)
from tests.scripted_machine import DOCKER_29, PODMAN_4, PODMAN_5, ScriptedAnswers, scripted_machine


def fact_of(told: Any) -> SwarmFact:
    return read_swarm(scripted_machine({"/info": told}))


@pytest.mark.parametrize("state", ["inactive", ""])
def test_an_engine_that_refuses_swarms_is_not_the_students_fault(state: str) -> None:
    """With `live-restore`, `docker swarm init` is refused; in a swarm, the engine does not start with it."""
    told = {"Swarm": {"LocalNodeState": state}, "LiveRestoreEnabled": True}
    assert_probe_failed("live-restore", lambda: fact_of(told))
    assert fact_of(told | {"LiveRestoreEnabled": False}).state == "inactive"
    assert fact_of({"Swarm": {"LocalNodeState": "active"}, "LiveRestoreEnabled": True}).state == "active"


@pytest.mark.parametrize(
    ("told", "fact"),
    [
        (
            {"Swarm": {"LocalNodeState": "active", "ControlAvailable": True}},
            SwarmFact("active", is_manager=True, error=""),
        ),
        (
            {"Swarm": {"LocalNodeState": "active", "ControlAvailable": False}},
            SwarmFact("active", is_manager=False, error=""),
        ),
        (
            {"Swarm": {"LocalNodeState": "locked", "Error": "encrypted"}},
            SwarmFact("locked", is_manager=False, error="encrypted"),
        ),
        (
            {"Swarm": {"LocalNodeState": "inactive", "RemoteManagers": None}},
            SwarmFact("inactive", is_manager=False, error=""),
        ),
        ({"Swarm": None}, SwarmFact("inactive", is_manager=False, error="")),
        ({}, SwarmFact("inactive", is_manager=False, error="")),
    ],
)
def test_the_place_in_the_swarm_is_read(told: dict[str, Any], fact: SwarmFact) -> None:
    assert fact_of(told) == fact


def test_it_is_asked_of_docker() -> None:
    link = ScriptedAnswers({"/info": {"Swarm": {"LocalNodeState": "active", "ControlAvailable": "true"}}}, DOCKER_29)
    assert read_swarm(scripted_machine(link)).is_manager
    assert link.question_keys == ["/info"]


@pytest.mark.parametrize("version", [PODMAN_4, PODMAN_5])
def test_podman_knows_no_swarm_and_is_not_asked(version: dict[str, Any]) -> None:
    link = ScriptedAnswers({}, version)
    refusal = assert_probe_failed("no-swarm", lambda: read_swarm(scripted_machine(link)))
    assert refusal.values == {"engine": f"Podman {version['Version']}"}
    assert link.questions == []


@pytest.mark.parametrize("state", ["", "inactive"])
def test_a_state_that_is_not_told_is_that_of_no_swarm(state: str) -> None:
    assert fact_of({"Swarm": {"LocalNodeState": state, "NodeID": ""}}) == SwarmFact(
        "inactive", is_manager=False, error=""
    )


def test_what_is_wrong_is_made_visible() -> None:
    assert fact_of({"Swarm": {"LocalNodeState": "error", "Error": "no \x1b[31m"}}).error == "no \\x1b[31m"


@pytest.mark.parametrize(("answer", "code"), [*MALFORMED_ANSWERS, (Answer(404), "answer-unexpected")])
def test_what_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    assert assert_probe_failed(code, lambda: parse_swarm(answer)).values["asked"] == "GET /info"


@pytest.mark.parametrize(
    "swarm",
    [{"LocalNodeState": None}, {"ControlAvailable": "perhaps"}, {"Error": ["x"]}, [], "active", {"LocalNodeState": 1}],
)
def test_other_types_are_refused(swarm: Any) -> None:
    assert_probe_failed("answer-garbled", lambda: fact_of({"Swarm": swarm}))


@many_examples
@given(answers_like({"Name": "x", "Swarm": {"LocalNodeState": "active", "ControlAvailable": True, "Error": ""}}))
def test_any_answer_is_a_fact_or_a_refusal(answer: Answer) -> None:
    assert_fact_or_probe_failed(lambda: parse_swarm(answer))
