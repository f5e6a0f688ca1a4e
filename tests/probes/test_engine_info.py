"""What an engine says of the machine it is on."""

from __future__ import annotations

import pytest
from hypothesis import given

from grader.machine.question import Answer
from grader.probes.engine_info import read_machine_name
from tests.probes.malformed_answers import (
    MALFORMED_ANSWERS,
    answers_like,
    assert_fact_or_probe_failed,
    assert_probe_failed,
    many_examples,
)
from tests.scripted_machine import ScriptedAnswers, scripted_machine

GOOD = {"ID": "d4c1", "Name": "salle-12", "ServerVersion": "26.1.5", "Swarm": None}


def test_the_machine_is_known_by_its_host_name() -> None:
    link = ScriptedAnswers({"/info": GOOD})
    assert read_machine_name(scripted_machine(link)) == "salle-12"
    assert link.question_keys == ["/info"]


def test_an_engine_that_does_not_say_it_has_none() -> None:
    assert read_machine_name(scripted_machine({"/info": {}})) == ""


@pytest.mark.parametrize(("answer", "code"), [*MALFORMED_ANSWERS, (Answer(404), "answer-unexpected")])
def test_what_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    assert (
        assert_probe_failed(code, lambda: read_machine_name(scripted_machine({"/info": answer}))).values["asked"]
        == "docker info"
    )


@pytest.mark.parametrize("name", [None, 7, ["x"], {}])
def test_a_name_that_is_none_is_refused(name: object) -> None:
    assert_probe_failed("answer-garbled", lambda: read_machine_name(scripted_machine({"/info": {"Name": name}})))


@many_examples
@given(answers_like(GOOD))
def test_any_answer_is_a_fact_or_a_refusal(answer: Answer) -> None:
    assert_fact_or_probe_failed(lambda: read_machine_name(scripted_machine({"/info": answer})))
