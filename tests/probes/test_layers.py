"""What a container changed in its own layer."""

from __future__ import annotations

import pytest
from hypothesis import given

from grader.machine.question import Answer
from grader.probes.layers import changed_paths
from tests.answers import Answers, machine_with
from tests.probes.ugly import BIDI, REFUSED, answers_like, fact_or_refusal, often, refused

QUESTION = "/containers/c1/changes"
GOOD = [{"Path": "/foo", "Kind": 0}, {"Path": "/foo/hello", "Kind": 1}, {"Path": "/etc/motd", "Kind": 2}]


def test_each_path_is_told_with_what_became_of_it() -> None:
    link = Answers({QUESTION: GOOD})
    assert changed_paths(machine_with(link), "c1") == {"/foo": "changed", "/foo/hello": "added", "/etc/motd": "deleted"}
    assert link.keys_asked == [QUESTION]


@pytest.mark.parametrize("body", [b"null", b"null\n", b"[]", b" [] "])
def test_nothing_changed_is_nothing(body: bytes) -> None:
    assert changed_paths(machine_with({QUESTION: body}), "c1") == {}


@pytest.mark.parametrize("kind", [-1, 3, 2**40])
def test_a_kind_that_is_none_is_passed_over(kind: int) -> None:
    assert changed_paths(machine_with({QUESTION: [{"Path": "/x", "Kind": kind}, *GOOD[:1]]}), "c1") == {
        "/foo": "changed"
    }


def test_a_name_is_kept_as_it_is_written() -> None:
    assert changed_paths(machine_with({QUESTION: [{"Path": BIDI, "Kind": "1"}]}), "c1") == {BIDI: "added"}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        *REFUSED,
        (Answer(404), "answer-unexpected"),
        (Answer(500, b"null"), "answer-unexpected"),
        (Answer(200, b"null", truncated=True), "answer-too-large"),
    ],
)
def test_what_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    assert refused(code, lambda: changed_paths(machine_with({QUESTION: answer}), "c1")).values["asked"] == "docker diff"


@pytest.mark.parametrize("one", [{"Path": None, "Kind": 1}, {"Path": "/x"}, {"Kind": 1}, {"Path": "/x", "Kind": None}])
def test_a_change_without_its_path_or_kind_is_refused(one: object) -> None:
    refused("answer-garbled", lambda: changed_paths(machine_with({QUESTION: [one]}), "c1"))


@often
@given(answers_like(GOOD))
def test_any_answer_is_a_fact_or_a_refusal(answer: Answer) -> None:
    fact_or_refusal(lambda: changed_paths(machine_with({QUESTION: answer}), "c1"))
