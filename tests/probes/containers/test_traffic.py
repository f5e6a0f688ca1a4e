"""How much a container has received, if the engine counts it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from grader.machine.question import Answer, EngineQuestion, NoAnswer
from grader.probes.containers.traffic import read_received_bytes
from tests.probes.malformed_answers import (
    MALFORMED_ANSWERS,
    answers_like,
    assert_fact_or_probe_failed,
    assert_probe_failed,
    many_examples,
)
from tests.scripted_machine import ScriptedAnswers, scripted_machine

QUESTION = "/containers/c1/stats?one-shot=1&stream=0"
GOOD = {
    "read": "2027-01-15T08:00:00Z", "name": "/web", "pids_stats": {},
    "networks": {"eth0": {"rx_bytes": 1000, "tx_bytes": 7, "rx_packets": 9}, "eth1": {"rx_bytes": 234}},
}  # fmt: skip


def received(answer: Any) -> int | None:
    return read_received_bytes(scripted_machine({QUESTION: answer}), "c1")


def test_what_came_on_all_its_networks_is_added_up() -> None:
    assert received(GOOD) == 1234


def test_it_is_asked_for_once_without_waiting_and_never_from_memory() -> None:
    link = ScriptedAnswers({QUESTION: GOOD})
    machine = scripted_machine(link)
    read_received_bytes(machine, "c1")
    read_received_bytes(machine, "c1")
    assert link.questions == [EngineQuestion("/containers/c1/stats", (("one-shot", "1"), ("stream", "0")))] * 2


@pytest.mark.parametrize(
    "answer",
    [{}, {"networks": None}, {"networks": {}}, Answer(404), Answer(409), Answer(500, b'{"cause": "rootless"}'),
     NoAnswer("timeout")],
)  # fmt: skip
def test_an_engine_that_does_not_count_tells_nothing(answer: Any) -> None:
    assert received(answer) is None


def test_nothing_received_is_not_the_same_as_not_counted() -> None:
    assert received({"networks": {"eth0": {}}}) == 0


@pytest.mark.parametrize(("answer", "code"), [one for one in MALFORMED_ANSWERS if one.id not in {"409", "500"}])
def test_what_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    assert assert_probe_failed(code, lambda: received(answer)).values["asked"] == "docker stats"


@pytest.mark.parametrize("count", [None, "x", 1.5, 10**400, 2**63, []])
def test_a_count_that_is_none_is_refused(count: Any) -> None:
    assert_probe_failed("answer-garbled", lambda: received({"networks": {"eth0": {"rx_bytes": count}}}))


@many_examples
@given(answers_like(GOOD))
def test_any_answer_is_a_fact_or_a_refusal(answer: Answer) -> None:
    assert_fact_or_probe_failed(lambda: received(answer))
