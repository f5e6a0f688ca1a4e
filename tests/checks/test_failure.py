"""What a check says when it does not find what it asks for."""

from __future__ import annotations

import pytest

from grader.checks.failure import CheckFailed, CheckSkipped, judge_each
from grader.errors import ProbeFailed


def test_a_mistake_is_a_code_with_values_that_can_be_shown() -> None:
    mistake = CheckFailed("port-other", name="web", wanted=4000, said=b"caf\xc3\xa9 \x1b[31m")
    assert mistake.code == "port-other"
    assert mistake.values == {"name": "web", "wanted": "4000", "said": "café \\x1b[31m"}
    assert str(mistake) == f"port-other {mistake.values}"
    assert isinstance(mistake, AssertionError), "a failed expectation is the student's"


def test_values_are_cut_at_200_characters_and_evidence_at_500() -> None:
    mistake = CheckFailed("x", evidence=("e" * 501, b"f" * 500), value="v" * 201, short="v" * 200)
    assert mistake.values == {"value": "v" * 199 + "…", "short": "v" * 200}
    assert mistake.evidence == ("e" * 499 + "…", "f" * 500)


def test_more_to_show_comes_behind_what_there_is() -> None:
    mistake = CheckFailed("x", evidence=("one",))
    assert mistake.with_evidence("two", b"\x00three") is mistake
    assert mistake.evidence == ("one", "two", "\\x00three")


def test_what_was_not_tried_has_a_code_and_is_no_failure() -> None:
    not_tried = CheckSkipped("passive")
    assert (not_tried.code, str(not_tried)) == ("passive", "passive")
    assert not isinstance(not_tried, AssertionError)


# --- several at once -------------------------------------------------------------------------------------------------


def judge(name: str) -> None:
    if name == "dark":
        raise ProbeFailed("no-proof", name=name)
    if name != "right":
        raise CheckFailed("wrong", name=name)


def failure_of(*names: str) -> CheckFailed:
    with pytest.raises(CheckFailed) as caught:
        judge_each(names, judge)
    return caught.value


def named(failure: CheckFailed) -> list[str]:
    return [failure.values["name"], *(one.values["name"] for one in failure.also)]


def test_every_one_that_fails_is_in_the_failure() -> None:
    assert named(failure_of("a", "right", "b", "c")) == ["a", "b", "c"]
    assert named(failure_of("a")) == ["a"]
    judge_each(["right", "right"], judge)
    judge_each([], judge)


def test_the_same_failure_is_in_it_once() -> None:
    assert named(failure_of("a", "b", "a", "b")) == ["a", "b"]


def test_failures_of_several_at_once_are_joined() -> None:
    with pytest.raises(CheckFailed) as caught:
        judge_each([("a", "right"), ("right",), ("b", "c")], lambda names: judge_each(names, judge))
    assert named(caught.value) == ["a", "b", "c"]


def test_what_cannot_be_seen_is_an_error_only_if_nothing_fails() -> None:
    assert named(failure_of("dark", "a")) == ["a"]
    assert named(failure_of("a", "dark")) == ["a"]
    with pytest.raises(ProbeFailed):
        judge_each(["right", "dark"], judge)
