"""What a container changed in its own layer."""

from __future__ import annotations

import pytest
from hypothesis import given

from grader.machine.question import Answer
from grader.probes.containers.diff import read_changes
from tests.probes.malformed_answers import (
    BIDI,
    MALFORMED_ANSWERS,
    answers_like,
    assert_fact_or_probe_failed,
    assert_probe_failed,
    many_examples,
)
from tests.scripted_machine import ScriptedAnswers, scripted_machine

QUESTION = "/containers/c1/changes"
GOOD = [{"Path": "/foo", "Kind": 0}, {"Path": "/foo/hello", "Kind": 1}, {"Path": "/etc/motd", "Kind": 2}]


def test_each_path_is_told_with_what_became_of_it() -> None:
    link = ScriptedAnswers({QUESTION: GOOD})
    assert read_changes(scripted_machine(link), "c1") == {
        "/foo": "changed",
        "/foo/hello": "added",
        "/etc/motd": "deleted",
    }
    assert link.question_keys == [QUESTION]


@pytest.mark.parametrize("body", [b"null", b"null\n", b"[]", b" [] "])
def test_nothing_changed_is_nothing(body: bytes) -> None:
    assert read_changes(scripted_machine({QUESTION: body}), "c1") == {}


@pytest.mark.parametrize("kind", [-1, 3, 2**40])
def test_a_kind_that_is_none_is_passed_over(kind: int) -> None:
    assert read_changes(scripted_machine({QUESTION: [{"Path": "/x", "Kind": kind}, *GOOD[:1]]}), "c1") == {
        "/foo": "changed"
    }


def test_a_name_is_kept_as_it_is_written() -> None:
    assert read_changes(scripted_machine({QUESTION: [{"Path": BIDI, "Kind": "1"}]}), "c1") == {BIDI: "added"}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        *MALFORMED_ANSWERS,
        (Answer(404), "answer-unexpected"),
        (Answer(500, b"null"), "answer-unexpected"),
        (Answer(200, b"null", truncated=True), "answer-too-large"),
    ],
)
def test_what_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    assert (
        assert_probe_failed(code, lambda: read_changes(scripted_machine({QUESTION: answer}), "c1")).values["asked"]
        == "docker diff"
    )


@pytest.mark.parametrize("one", [{"Path": None, "Kind": 1}, {"Path": "/x"}, {"Kind": 1}, {"Path": "/x", "Kind": None}])
def test_a_change_without_its_path_or_kind_is_refused(one: object) -> None:
    assert_probe_failed("answer-garbled", lambda: read_changes(scripted_machine({QUESTION: [one]}), "c1"))


@many_examples
@given(answers_like(GOOD))
def test_any_answer_is_a_fact_or_a_refusal(answer: Answer) -> None:
    assert_fact_or_probe_failed(lambda: read_changes(scripted_machine({QUESTION: answer}), "c1"))
