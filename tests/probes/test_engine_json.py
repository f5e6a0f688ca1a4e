"""An engine's answer becomes validated values, or an error that says what was asked."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.machine.question import Answer
from grader.probes.engine_json import Int64, decode, decode_lines, garbled_answer, require_status
from tests.probes.malformed_answers import (
    MALFORMED_ANSWERS,
    answers_like,
    assert_fact_or_probe_failed,
    assert_probe_failed,
    many_examples,
)


class Shape(msgspec.Struct):
    name: str
    count: Int64 = 0
    is_up: bool = False


def test_a_body_of_the_promised_shape_is_read() -> None:
    assert decode(Answer(200, b'{"name": "web", "count": 3, "more": []}'), Shape, "x") == Shape("web", 3)


def test_numbers_and_truth_values_in_quotes_are_read() -> None:
    answer = Answer(200, b'{"name": "web", "count": "3", "is_up": "true"}')
    assert decode(answer, Shape, "x") == Shape("web", 3, is_up=True)


@pytest.mark.parametrize(("answer", "code"), MALFORMED_ANSWERS)
def test_what_cannot_be_read_is_refused(answer: Answer, code: str) -> None:
    assert assert_probe_failed(code, lambda: decode(answer, Shape, "docker x")).values["asked"] == "docker x"


@pytest.mark.parametrize("count", [str(2**63), str(-(2**63) - 1), "1" + "0" * 400, "1" + "0" * 5000, '"1e400"', "1.5"])
def test_a_number_that_no_engine_counts_to_is_refused(count: str) -> None:
    body = f'{{"name": "web", "count": {count}}}'.encode()
    assert_probe_failed("answer-garbled", lambda: decode(Answer(200, body), Shape, "x"))


@pytest.mark.parametrize("count", [2**63 - 1, -(2**63)])
def test_the_largest_numbers_of_an_engine_are_read(count: int) -> None:
    assert decode(Answer(200, f'{{"name": "", "count": {count}}}'.encode()), Shape, "x").count == count


def test_a_refusal_shows_what_the_engine_said_without_its_controls() -> None:
    refusal = assert_probe_failed(
        "answer-unexpected", lambda: decode(Answer(500, b"oh \x1b[31m" + b"x" * 500), Shape, "x")
    )
    assert refusal.values["detail"].startswith("500 oh \\x1b[31mxxx")
    assert len(refusal.values["detail"]) <= 164


def test_a_status_may_be_expected() -> None:
    require_status(Answer(201), "x", 200, 201)
    assert_probe_failed("answer-unexpected", lambda: require_status(Answer(200), "x", 201))


def test_what_was_cut_is_refused_whatever_its_status() -> None:
    assert_probe_failed("answer-too-large", lambda: require_status(Answer(500, truncated=True), "x", 500))


def test_lines_are_read_one_by_one() -> None:
    answer = Answer(200, b'{"name": "a"}\n\n{"name": "b"}\r\n')
    assert decode_lines(answer, Shape, "x") == [Shape("a"), Shape("b")]
    assert decode_lines(Answer(200), Shape, "x") == []


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(200, b'{"name": "a"}\n{"name": '), "answer-garbled"),
        (Answer(200, b'{"name": "a"}\n', truncated=True), "answer-too-large"),
        (Answer(500, b'{"name": "a"}\n'), "answer-unexpected"),
    ],
)
def test_lines_that_are_not_all_there_are_refused(answer: Answer, code: str) -> None:
    assert assert_probe_failed(code, lambda: decode_lines(answer, Shape, "docker x")).values["asked"] == "docker x"


def test_a_refusal_of_what_cannot_be_is_short_and_visible() -> None:
    refusal = garbled_answer("docker x", "port \x1b" + "9" * 500)
    assert refusal.code == "answer-garbled"
    assert refusal.values["detail"].startswith("port \\x1b999")
    assert len(refusal.values["detail"]) == 120


@many_examples
@given(answers_like({"name": "web", "count": 3, "is_up": True}))
def test_any_answer_is_a_value_or_a_refusal(answer: Answer) -> None:
    assert_fact_or_probe_failed(lambda: decode(answer, Shape, "x"))
    assert_fact_or_probe_failed(lambda: decode_lines(answer, Shape, "x"))


@many_examples
@given(st.binary())
def test_any_bytes_are_a_value_or_a_refusal(body: bytes) -> None:
    assert_fact_or_probe_failed(lambda: decode(Answer(200, body), Shape, "x"))
    assert_fact_or_probe_failed(lambda: decode_lines(Answer(200, body), Shape, "x"))
