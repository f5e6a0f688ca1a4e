"""What an engine remembers of a container."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from grader.machine.question import Answer, EngineQuestion
from grader.probes.containers.events import ContainerEvent, list_events, until_query
from tests.probes.inspect_answers import parse_inspect
from tests.probes.malformed_answers import (
    MALFORMED_ANSWERS,
    answers_like,
    assert_fact_or_probe_failed,
    assert_probe_failed,
    mangle,
    many_examples,
)
from tests.scripted_machine import DOCKER_20, NOW, PODMAN_4, ScriptedAnswers, scripted_machine

WEB = parse_inspect("web")
DIED = {
    "status": "die", "id": "web-id", "from": "nginx", "Type": "container", "Action": "die", "scope": "local",
    "Actor": {"ID": "web-id", "Attributes": {"exitCode": "137", "image": "nginx", "name": "web"}},
    "time": 1_799_999_990, "timeNano": 1_799_999_990_500_000_000,
}  # fmt: skip
PODMAN_DIED = DIED | {"Action": "died", "Actor": {"ID": "web-id", "Attributes": {"containerExitCode": "1"}}}


def lines(*raw: Any) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in raw)


def remembered(answer: Any, version: dict[str, Any] = DOCKER_20) -> tuple[ContainerEvent, ...]:
    return list_events(scripted_machine({"/events?*": answer}, version=version), WEB)


def test_docker_is_asked_for_all_until_the_container_was_looked_at() -> None:
    link = ScriptedAnswers({"/events?*": b""})
    assert list_events(scripted_machine(link), WEB) == ()
    filters = '{"container": ["web-id"], "type": ["container"]}'
    query = (("filters", filters), ("since", "0"), ("until", "1800000001"))
    assert link.questions == [EngineQuestion("/events", query)]


def test_podman_is_not_told_an_end() -> None:
    link = ScriptedAnswers({"/events?*": b""}, PODMAN_4)
    list_events(scripted_machine(link), WEB)
    (question,) = link.questions
    assert isinstance(question, EngineQuestion)
    assert dict(question.query).keys() == {"filters", "since", "stream"}
    assert until_query(scripted_machine(link), 5.0) == {"stream": "false"}


@pytest.mark.parametrize(("at", "end"), [(5.0, "6"), (5.6, "7"), (0.0, "1")])
def test_the_end_is_behind_the_second_of_the_look(at: float, end: str) -> None:
    assert until_query(scripted_machine(), at) == {"until": end}


def test_each_is_told_with_its_moment_in_their_order() -> None:
    started = DIED | {"Action": "start", "timeNano": 1_799_999_980_250_000_000, "Actor": {"ID": "x", "Attributes": {}}}
    first, last = remembered(lines(started, DIED))
    assert (first.action, first.exit_code, last.action, last.exit_code) == ("start", None, "die", 137)
    assert (first.at, last.at) == pytest.approx((1_799_999_980.25, 1_799_999_990.5), abs=1e-3)


def test_podmans_words_mean_the_same() -> None:
    (one,) = remembered(lines(PODMAN_DIED), PODMAN_4)
    assert (one.exit_code, one.is_end) == (1, True)


@pytest.mark.parametrize(
    ("action", "is_end"), [("die", True), ("died", True), ("kill", False), ("stop", False), ("", False)]
)
def test_an_end_is_told_from_what_leads_to_it(action: str, is_end: object) -> None:
    assert ContainerEvent(action, 0.0, None).is_end is is_end


def test_whole_seconds_are_taken_where_there_are_no_others() -> None:
    raw = {key: value for key, value in DIED.items() if key != "timeNano"}
    assert remembered(lines(raw))[0].at == 1_799_999_990.0


@pytest.mark.parametrize(
    "actor",
    [None, {}, {"Attributes": None}, {"Attributes": {"exitCode": "x"}}, {"Attributes": {"exitCode": ""}},
     {"Attributes": {"exitCode": "-1"}}, {"Attributes": {"exitCode": "9" * 5000}}, {"Attributes": {"other": "3"}},
     {"Attributes": {"exitCode": "٣"}}],
)  # fmt: skip
def test_one_without_a_code_has_none(actor: Any) -> None:
    assert remembered(lines(DIED | {"Actor": actor}))[0].exit_code is None


@pytest.mark.parametrize("status", [400, 404, 409, 500])
def test_an_engine_that_remembers_nothing_has_forgotten_all(status: int) -> None:
    assert remembered(Answer(status, lines(DIED))) == ()


@pytest.mark.parametrize(
    ("answer", "code"), [one for one in MALFORMED_ANSWERS if one.id not in {"empty", "409", "500"}]
)
def test_what_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    cut = answer.truncated
    assert assert_probe_failed(code, lambda: remembered(answer)).values["asked"] == "docker events"
    assert cut is (code == "answer-too-large")


@pytest.mark.parametrize(
    "more",
    [{"timeNano": 10**400}, {"time": 2**63}, {"time": None}, {"Action": None}, {"Actor": []},
     {"Actor": {"Attributes": {"a": None}}}, {"Actor": {"Attributes": []}}, {"timeNano": 1.5}],
)  # fmt: skip
def test_other_types_are_refused(more: dict[str, Any]) -> None:
    assert_probe_failed("answer-garbled", lambda: remembered(lines(DIED, DIED | more)))


@many_examples
@given(mangle([DIED, PODMAN_DIED]), answers_like(DIED))
def test_any_answer_is_facts_or_a_refusal(raw: Any, other: Answer) -> None:
    assert_fact_or_probe_failed(lambda: remembered(lines(*(raw if isinstance(raw, list) else [raw]))))
    assert_fact_or_probe_failed(lambda: [(one.is_end, f"{one.at:.0f}") for one in remembered(other)])


def test_the_look_is_by_the_engines_own_date() -> None:
    assert WEB.inspected_at == NOW
