"""What an engine says of the machine it is on."""

from __future__ import annotations

import pytest
from hypothesis import given

from grader.machine.question import Answer
from grader.probes.engine_info import machine_name
from tests.answers import Answers, machine_with
from tests.probes.ugly import REFUSED, answers_like, fact_or_refusal, often, refused

GOOD = {"ID": "d4c1", "Name": "salle-12", "ServerVersion": "26.1.5", "Swarm": None}


def test_the_machine_is_known_by_its_host_name() -> None:
    link = Answers({"/info": GOOD})
    assert machine_name(machine_with(link)) == "salle-12"
    assert link.keys_asked == ["/info"]


def test_an_engine_that_does_not_say_it_has_none() -> None:
    assert machine_name(machine_with({"/info": {}})) == ""


@pytest.mark.parametrize(("answer", "code"), [*REFUSED, (Answer(404), "answer-unexpected")])
def test_what_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    assert refused(code, lambda: machine_name(machine_with({"/info": answer}))).values["asked"] == "docker info"


@pytest.mark.parametrize("name", [None, 7, ["x"], {}])
def test_a_name_that_is_none_is_refused(name: object) -> None:
    refused("answer-garbled", lambda: machine_name(machine_with({"/info": {"Name": name}})))


@often
@given(answers_like(GOOD))
def test_any_answer_is_a_fact_or_a_refusal(answer: Answer) -> None:
    fact_or_refusal(lambda: machine_name(machine_with({"/info": answer})))
