"""Requests to published ports of the machine."""

from __future__ import annotations

from grader.machine.question import Answer, HttpQuestion
from grader.probes.http.sites import get_page, get_page_again, post_form
from tests.scripted_machine import ScriptedAnswers, scripted_machine


def test_a_page_is_remembered_until_it_is_asked_for_again() -> None:
    link = ScriptedAnswers({"http 192.0.2.7:4000/x": b"page"})
    machine = scripted_machine(link)
    for _ in range(2):
        answer = get_page(machine, 4000, "/x", host="192.0.2.7", within_s=2)
        assert isinstance(answer, Answer)
        assert answer.body == b"page"
    question = HttpQuestion(4000, "/x", host="192.0.2.7", within_s=2)
    assert link.questions == [question]
    get_page_again(machine, 4000, "/x", host="192.0.2.7", within_s=2)
    assert link.questions == [question, question]


def test_a_form_is_sent_each_time() -> None:
    question = HttpQuestion(
        4002, "/", "POST", host="::1", body=b"text=milk", content_type="application/x-www-form-urlencoded"
    )
    link = ScriptedAnswers({question: Answer(303)})
    machine = scripted_machine(link)
    assert [post_form(machine, 4002, "/", "text=milk", host="::1") for _ in range(2)] == [Answer(303)] * 2
    assert link.questions == [question, question]
