"""Commands run inside a container: what is asked, how they end, and what engines say about those that cannot run."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from grader.machine.question import Answer, EngineQuestion
from grader.probes.containers.commands import CommandFact, run_in_container
from tests.probes.malformed_answers import (
    MALFORMED_ANSWERS,
    answers_like,
    assert_fact_or_probe_failed,
    assert_probe_failed,
    many_examples,
)
from tests.scripted_machine import AnswersInTurn, ScriptedAnswers, exec_answers, multiplexed, scripted_machine

CREATE = "POST /containers/c1/exec"
START = "POST /exec/e1/start"
END = "/exec/e1/json"
MADE = Answer(201, b'{"Id": "e1"}')


def ran(**changes: Any) -> ScriptedAnswers:
    named = {"create": CREATE, "start": START, "end": END}
    table = {CREATE: MADE, START: multiplexed(b"out", b"err"), END: {"ExitCode": 0, "Running": False}}
    return ScriptedAnswers(table | {named[name]: value for name, value in changes.items()})


def test_its_outputs_and_its_end_are_told() -> None:
    link = ran(end={"ID": "e1", "Running": False, "ExitCode": 3, "ProcessConfig": {}})
    assert run_in_container(scripted_machine(link), "c1", "cat", "/x") == CommandFact(3, b"out", b"err")
    assert link.question_keys == [CREATE, START, END]


def test_it_is_asked_for_without_a_terminal_or_anything_to_read() -> None:
    link = ran()
    run_in_container(scripted_machine(link), "c1", "sh", "-c", "echo 'é'")
    bodies = [
        json.loads(one.body) for one in link.questions if isinstance(one, EngineQuestion) and one.method == "POST"
    ]
    assert bodies[0] == {"Cmd": ["sh", "-c", "echo 'é'"], "AttachStdout": True, "AttachStderr": True}
    assert bodies[1] == {"Detach": False, "Tty": False}


def test_the_table_of_tests_has_the_same_questions() -> None:
    table = exec_answers("c1", "cat", "/x", out=b"o", err=b"e", code=1)
    assert run_in_container(scripted_machine(table), "c1", "cat", "/x") == CommandFact(1, b"o", b"e")


def test_nothing_is_run_where_only_looking_is_allowed() -> None:
    link = ran()
    assert run_in_container(scripted_machine(link, passive=True), "c1", "cat") is None
    assert link.questions == []


@pytest.mark.parametrize("status", [404, 409])
def test_nothing_is_run_in_a_container_that_is_gone_or_stopped(status: int) -> None:
    gone = Answer(status, b'{"message": "container c1 is not running"}')
    assert run_in_container(scripted_machine(ran(create=gone)), "c1", "cat") is None
    assert run_in_container(scripted_machine(ran(start=gone)), "c1", "cat") is None, "it stopped in between"


@pytest.mark.parametrize("status", [400, 500])
def test_no_such_command_is_told_by_the_start_of_some_engines(status: int) -> None:
    said = b'{"message": "OCI runtime exec failed: \\"curl\\": executable file not found in $PATH"}'
    fact = run_in_container(scripted_machine(ran(start=Answer(status, said))), "c1", "curl")
    assert fact == CommandFact(127, b"", said)


@pytest.mark.parametrize("code", [126, 127])
def test_and_by_the_end_of_others(code: int) -> None:
    fact = run_in_container(
        scripted_machine(ran(start=multiplexed(b"OCI runtime exec failed\r\n"), end={"ExitCode": code})), "c1", "curl"
    )
    assert fact
    assert fact.exit_code == code


def test_the_words_of_a_start_that_failed_are_kept_short() -> None:
    fact = run_in_container(scripted_machine(ran(start=Answer(500, b"x" * 5000))), "c1", "cat")
    assert fact
    assert len(fact.stderr) == 1000


def test_an_end_that_is_not_noted_yet_is_waited_for() -> None:
    """The outputs of a command can be closed before the engine has recorded how it ended."""
    link = ran(
        end=AnswersInTurn({"ExitCode": None, "Running": True}, {"Running": True}, {"ExitCode": 7, "Running": False})
    )
    fact = run_in_container(scripted_machine(link), "c1", "cat")
    assert fact
    assert fact.exit_code == 7
    assert 0 < link.total_wait_s < 1


def test_an_end_that_is_never_told_was_not_a_good_one() -> None:
    link = ran(end={"ExitCode": None, "Running": True})
    assert assert_probe_failed(
        "answer-unexpected", lambda: run_in_container(scripted_machine(link), "c1", "cat")
    ).values == {
        "asked": "docker exec",
        "detail": "no exit code",
    }
    assert link.total_wait_s < 2


def test_no_command_is_answered_from_memory() -> None:
    link = ran()
    machine = scripted_machine(link)
    assert run_in_container(machine, "c1", "cat") == run_in_container(machine, "c1", "cat")
    assert link.question_keys == [CREATE, START, END] * 2


def test_outputs_that_were_cut_are_told_as_far_as_they_came() -> None:
    cut = Answer(200, multiplexed(b"x" * 100)[:50], truncated=True)
    fact = run_in_container(scripted_machine(ran(start=cut)), "c1", "cat")
    assert fact
    assert fact.stdout == b"x" * 42


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(200, b'{"Id": "e1"}'), "answer-unexpected"),
        (Answer(500, b"oh no"), "answer-unexpected"),
        (Answer(201, b'{"Id": null}'), "answer-garbled"),
        (Answer(201, b'{"Id": 7}'), "answer-garbled"),
        (Answer(201, b"{}"), "answer-garbled"),
        (Answer(201, b"<html>"), "answer-garbled"),
        (Answer(201, b'{"Id": "e1"}', truncated=True), "answer-too-large"),
    ],
)
def test_a_command_that_could_not_be_made_is_refused(answer: Answer, code: str) -> None:
    assert (
        assert_probe_failed(code, lambda: run_in_container(scripted_machine(ran(create=answer)), "c1", "cat")).values[
            "asked"
        ]
        == "docker exec"
    )


@pytest.mark.parametrize(("answer", "code"), [*MALFORMED_ANSWERS, (Answer(404), "answer-unexpected")])
def test_an_end_that_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    assert_probe_failed(code, lambda: run_in_container(scripted_machine(ran(end=answer)), "c1", "cat"))


@pytest.mark.parametrize("code", ["x", 1.5, 2**63, [], {}])
def test_a_code_that_is_none_is_refused(code: object) -> None:
    assert_probe_failed(
        "answer-garbled", lambda: run_in_container(scripted_machine(ran(end={"ExitCode": code})), "c1", "cat")
    )


@many_examples
@given(answers_like({"Id": "e1", "ExitCode": 0, "Running": False}))
def test_any_answer_is_a_fact_or_a_refusal(answer: Answer) -> None:
    made = Answer(201 if answer.status == 200 else answer.status, answer.body, truncated=answer.truncated)
    for link in (ran(create=made), ran(start=answer), ran(end=answer)):
        link.table["*"] = Answer(404)
        assert_fact_or_probe_failed(lambda link=link: run_in_container(scripted_machine(link), "c1", "cat"))  # type: ignore[misc]
