"""The engine's dates, in the spellings of all engines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.probes.moments import moment
from tests.answers import NOW
from tests.probes.ugly import often


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
    assert moment(written) == pytest.approx(NOW + seconds, abs=1e-6)


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
    assert moment(written) is None


@often
@given(
    st.one_of(st.text(), st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,12})?(Z|[+-]\d\d:\d\d)", fullmatch=True))
)
def test_no_words_break_it(written: str) -> None:
    assert moment(written) is None or isinstance(moment(written), float)
