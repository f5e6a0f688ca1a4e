"""Whether a container was started more than once, by the engine's memory, its own dates and its log."""

from __future__ import annotations

import json
from typing import Any

import pytest

from grader.machine.question import Answer, EngineQuestion, NoAnswer
from grader.probes.containers.restarts import previous_output, previous_run_end
from grader.probes.values import parse_timestamp
from tests.probes.inspect_answers import parse_inspect
from tests.probes.malformed_answers import assert_probe_failed
from tests.scripted_machine import NOW, ScriptedAnswers, multiplexed, scripted_machine

STARTED = "2027-01-15T07:59:00.5Z"
START = NOW - 59.5
LOGS = "/containers/web-id/logs?*"


def events(*happened: tuple[str, float]) -> bytes:
    told = [{"Action": name, "timeNano": int((NOW - ago) * 1e9)} for name, ago in happened]
    return b"".join(json.dumps(one).encode() + b"\n" for one in told)


def ended(*happened: tuple[str, float], started: str = STARTED, stopped: str = "", log: Any = b"") -> float | None:
    state = {"Status": "running", "StartedAt": started, "FinishedAt": stopped or "0001-01-01T00:00:00Z"}
    machine = scripted_machine({"/events?*": events(*happened), LOGS: log})
    return previous_run_end(machine, parse_inspect("web", State=state))


def test_the_last_end_before_the_last_start_is_remembered() -> None:
    runs = (("create", 100.0), ("start", 99.0), ("die", 80.0), ("start", 70.0), ("die", 60.0), ("start", 59.5))
    assert ended(*runs) == pytest.approx(NOW - 60)
    assert ended(*runs, ("die", 10.0)) == pytest.approx(NOW - 60), "the end of the last run is none before it"


def test_where_no_end_is_remembered_the_last_start_stands_for_it() -> None:
    assert ended(("start", 99.0), ("start", 59.5)) == pytest.approx(NOW - 59.5)


def test_one_whose_whole_life_is_remembered_was_started_once() -> None:
    assert ended(("create", 61.0), ("start", 59.5), stopped="2027-01-15T07:00:00Z", log=b"earlier") is None


def test_its_own_dates_tell_where_that_is_forgotten() -> None:
    assert ended(("start", 59.5), stopped="2027-01-15T07:58:00Z") == parse_timestamp("2027-01-15T07:58:00Z")
    assert ended(stopped="2027-01-15T07:58:00Z") == parse_timestamp("2027-01-15T07:58:00Z")


def test_an_end_after_the_start_is_that_of_the_last_run() -> None:
    assert ended(stopped="2027-01-15T07:59:30Z") is None
    assert ended(stopped=STARTED) is None


def test_one_that_was_never_started_has_no_run_before() -> None:
    assert ended(started="0001-01-01T00:00:00Z", log=b"x") is None


def test_its_log_tells_last() -> None:
    assert ended(log=multiplexed(b"earlier\n")) == pytest.approx(START - 2)
    assert ended(log=b"") is None
    assert ended(log=Answer(500, b"x")) is None


def test_the_log_is_asked_for_what_was_before() -> None:
    link = ScriptedAnswers({LOGS: multiplexed(b"earlier\n")})
    assert previous_output(scripted_machine(link), parse_inspect("web"), 1.25) == multiplexed(b"earlier\n")
    query = (("stderr", "1"), ("stdout", "1"), ("tail", "200"), ("until", "1.250000"))
    assert link.questions == [EngineQuestion("/containers/web-id/logs", query)]


@pytest.mark.parametrize("answer", [Answer(404, b"x"), Answer(409, b"x"), Answer(501, b"x"), NoAnswer("timeout")])
def test_an_engine_that_keeps_no_log_shows_nothing(answer: Answer | NoAnswer) -> None:
    assert previous_output(scripted_machine({LOGS: answer}), parse_inspect("web"), 1.0) == b""


def test_a_memory_that_cannot_be_read_is_no_memory_of_one_start() -> None:
    machine = scripted_machine({"/events?*": Answer(200, b'{"Action": "start"}\n{"Act')})
    assert_probe_failed("answer-garbled", lambda: previous_run_end(machine, parse_inspect("web")))
