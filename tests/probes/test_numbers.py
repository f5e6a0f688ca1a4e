"""Whole numbers in words that anyone may have written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.probes.numbers import whole_number
from tests.probes.ugly import often


@pytest.mark.parametrize(
    ("written", "number"), [("0", 0), ("7", 7), ("007", 7), ("65535", 65535), ("9" * 18, 10**18 - 1)]
)
def test_a_number_is_read(written: str, number: int) -> None:
    assert whole_number(written) == number


@pytest.mark.parametrize(
    "written", ["", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "1_0", "٣", "²", "nine", "9" * 19]
)
def test_what_is_none_is_told_as_none(written: str) -> None:
    assert whole_number(written) is None


@often
@given(st.one_of(st.text(), st.text("0123456789", max_size=6000)))
def test_no_words_break_it(written: str) -> None:
    number = whole_number(written)
    assert number is None or (number >= 0 and written.strip("0123456789") == "")
