"""What a machine is in a swarm: `GET /info` of Docker 20.10 and later, shortened."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from grader.machine.question import Answer
from grader.probes.swarm import SwarmFact, parse_info, swarm_of
from tests.answers import DOCKER_29, PODMAN_4, PODMAN_5, Answers, machine_with
from tests.probes.ugly import REFUSED, answers_like, fact_or_refusal, often, refused


def fact_of(told: Any) -> SwarmFact:
    return swarm_of(machine_with({"/info": told}))


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
    link = Answers({"/info": {"Swarm": {"LocalNodeState": "active", "ControlAvailable": "true"}}}, DOCKER_29)
    assert swarm_of(machine_with(link)).is_manager
    assert link.keys_asked == ["/info"]


@pytest.mark.parametrize("version", [PODMAN_4, PODMAN_5])
def test_podman_knows_no_swarm_and_is_not_asked(version: dict[str, Any]) -> None:
    link = Answers({}, version)
    refusal = refused("no-swarm", lambda: swarm_of(machine_with(link)))
    assert refusal.values == {"engine": f"Podman {version['Version']}"}
    assert link.asked == []


@pytest.mark.parametrize("state", ["", "inactive"])
def test_a_state_that_is_not_told_is_that_of_no_swarm(state: str) -> None:
    assert fact_of({"Swarm": {"LocalNodeState": state, "NodeID": ""}}) == SwarmFact(
        "inactive", is_manager=False, error=""
    )


def test_what_is_wrong_is_made_visible() -> None:
    assert fact_of({"Swarm": {"LocalNodeState": "error", "Error": "no \x1b[31m"}}).error == "no \\x1b[31m"


@pytest.mark.parametrize(("answer", "code"), [*REFUSED, (Answer(404), "answer-unexpected")])
def test_what_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    assert refused(code, lambda: parse_info(answer)).values["asked"] == "GET /info"


@pytest.mark.parametrize(
    "swarm",
    [{"LocalNodeState": None}, {"ControlAvailable": "perhaps"}, {"Error": ["x"]}, [], "active", {"LocalNodeState": 1}],
)
def test_other_types_are_refused(swarm: Any) -> None:
    refused("answer-garbled", lambda: fact_of({"Swarm": swarm}))


@often
@given(answers_like({"Name": "x", "Swarm": {"LocalNodeState": "active", "ControlAvailable": True, "Error": ""}}))
def test_any_answer_is_a_fact_or_a_refusal(answer: Answer) -> None:
    fact_or_refusal(lambda: parse_info(answer))
