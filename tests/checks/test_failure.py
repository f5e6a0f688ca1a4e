"""What a check says when it does not find what it asks for."""

from __future__ import annotations

from grader.checks.failure import CheckFailed, CheckSkipped


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
