"""The states of a container's threads, and the processor time that it has used."""

from __future__ import annotations

from typing import Any

import pytest

from grader.errors import ProbeFailed
from grader.machine.question import Answer, EngineQuestion, NoAnswer
from grader.probes.containers.activity import read_processor_time_s, read_thread_states
from tests.probes.malformed_answers import MALFORMED_ANSWERS
from tests.scripted_machine import ScriptedAnswers, scripted_machine

TOP = "/containers/c1/top?ps_args=-eLo pid,stat"
STATS = "/containers/c1/stats?one-shot=1&stream=0"


def states(answer: Any) -> tuple[str, ...] | None:
    return read_thread_states(scripted_machine({TOP: answer}), "c1")


def used(answer: Any) -> float | None:
    return read_processor_time_s(scripted_machine({STATS: answer}), "c1")


def test_each_thread_has_a_state() -> None:
    answer = {"Titles": ["PID", "STAT"], "Processes": [["4711", "Ssl"], ["4711", "Rsl"], ["4750", "D+"]]}
    assert states(answer) == ("S", "R", "D")


@pytest.mark.parametrize("answer", [{"Titles": ["PID"], "Processes": [["1"]]}, {}, Answer(500), NoAnswer("timeout")])
def test_an_engine_that_cannot_list_threads_says_nothing(answer: Any) -> None:
    assert states(answer) is None


def test_a_line_that_is_too_short_is_left_out() -> None:
    assert states({"Titles": ["PID", "STAT"], "Processes": [["1"], ["2", "R"]]}) == ("R",)


def test_processor_time_is_in_nanoseconds() -> None:
    assert used({"cpu_stats": {"cpu_usage": {"total_usage": 1_500_000_000}}}) == 1.5


@pytest.mark.parametrize("answer", [{}, {"cpu_stats": {}}, {"cpu_stats": {"cpu_usage": {}}}, Answer(404)])
def test_an_engine_that_does_not_count_says_nothing(answer: Any) -> None:
    assert used(answer) is None


@pytest.mark.parametrize(("answer", "_code"), MALFORMED_ANSWERS)
def test_malformed_answers_say_nothing(answer: Any, _code: str) -> None:
    """They only decide whether a check waits, and are not an error."""
    assert not states(answer)
    assert used(answer) is None


def test_a_recording_without_these_answers_says_nothing() -> None:
    class Older(ScriptedAnswers):
        def ask(self, question: Any) -> Any:
            assert isinstance(question, EngineQuestion)
            raise ProbeFailed("not-recorded", asked=question.path)

    machine = scripted_machine(Older())
    assert read_thread_states(machine, "c1") is None
    assert read_processor_time_s(machine, "c1") is None


def test_they_are_never_answered_from_memory() -> None:
    link = ScriptedAnswers({TOP: {"Titles": ["PID", "STAT"], "Processes": []}, STATS: {}})
    machine = scripted_machine(link)
    for _ in range(2):
        read_thread_states(machine, "c1")
        read_processor_time_s(machine, "c1")
    assert link.question_keys == [TOP, STATS] * 2
