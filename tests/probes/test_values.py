"""The engine's dates, in the spellings of all engines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.probes.values import parse_number, parse_timestamp
from tests.probes.malformed_answers import many_examples
from tests.scripted_machine import NOW


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("2027-01-15T08:00:00Z", 0.0),
        ("2027-01-15T08:00:00.5Z", 0.5),
        ("2027-01-15T08:00:00.123456789Z", 0.123456),
        ("2027-01-15T08:00:00.123Z", 0.123),
        ("2027-01-15T09:00:00+01:00", 0.0),
        ("2027-01-15T02:30:00.25-05:30", 0.25),
        ("1970-01-01T00:00:00Z", -NOW),
    ],
    ids=["Docker", "a tenth", "nanoseconds", "Desktop", "Podman at home", "Podman further west", "the first"],
)
def test_a_date_is_seconds_since_1970(written: str, seconds: float) -> None:
    assert parse_timestamp(written) == pytest.approx(NOW + seconds, abs=1e-6)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:00",
        "2027-02-30T08:00:00Z",
        "2027-01-15T25:00:00Z",
        "2027-01-15T08:00:00",
        "2027-01-15 08:00:00Z",
        "2027-01-15T08:00:00+99:00",
        "0000-01-01T00:00:00Z",
        "٢٠٢٧-01-15T08:00:00Z",
        "x2027-01-15T08:00:00Z",
        "2027-01-15T08:00:00Zx",
        "yesterday",
    ],
)
def test_the_zero_time_and_what_is_no_date_are_none(written: str) -> None:
    assert parse_timestamp(written) is None


@many_examples
@given(
    st.one_of(st.text(), st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,12})?(Z|[+-]\d\d:\d\d)", fullmatch=True))
)
def test_no_text_breaks_a_date(written: str) -> None:
    assert parse_timestamp(written) is None or isinstance(parse_timestamp(written), float)


@pytest.mark.parametrize(
    ("written", "number"), [("0", 0), ("7", 7), ("007", 7), ("65535", 65535), ("9" * 18, 10**18 - 1)]
)
def test_a_number_is_read(written: str, number: int) -> None:
    assert parse_number(written) == number


@pytest.mark.parametrize(
    "written", ["", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "1_0", "٣", "²", "nine", "9" * 19]
)
def test_what_is_none_is_told_as_none(written: str) -> None:
    assert parse_number(written) is None


@many_examples
@given(st.one_of(st.text(), st.text("0123456789", max_size=6000)))
def test_no_words_break_it(written: str) -> None:
    number = parse_number(written)
    assert number is None or (number >= 0 and written.strip("0123456789") == "")
