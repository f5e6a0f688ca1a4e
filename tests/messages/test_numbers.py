"""Numbers and marks, in one place for every screen and report."""

from __future__ import annotations

import pytest

from grader.messages.numbers import exact_number, shown_mark, shown_number


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (14.0, "14", "14"),
        (13.5, "13,5", "13.5"),
        (13.336, "13,34", "13.34"),
        (0.0, "0", "0"),
        (100, "100", "100"),
        (1e300, "1.0e+300", "1.0e+300"),
    ],
)
def test_a_number_has_two_decimals_at_most_and_the_separator_of_its_language(
    value: float, french: str, english: str
) -> None:
    assert shown_number(value, "fr") == french
    assert shown_number(value, "en") == english


def test_a_mark_is_written_with_its_scale() -> None:
    assert (shown_mark(13.5, 20, "fr"), shown_mark(13.5, 20, "en")) == ("13,5/20", "13.5/20")


def test_a_number_for_programs_is_never_rounded() -> None:
    assert [exact_number(value) for value in (14.0, 14, 13.5, 40 / 3)] == ["14", "14", "13.5", "13.333333333333334"]
