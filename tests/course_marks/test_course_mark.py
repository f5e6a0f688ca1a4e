"""The mark of a course: exact, rounded as schools round, and never lower because somebody could not be graded."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.course_marks.course_mark import CourseMark, ExerciseMark, compute_course_mark
from grader.course_table.table import CourseTable, ExerciseRules
from grader.scoring.rounding import exact, round_half_up
from tests.hypothesis_profile import DETERMINISTIC

NAMES = ("tp1", "tp2", "tp3", "tp4")


def graded(*marks: float | str | None) -> list[ExerciseMark]:
    """An exercise for each mark; a text is the state of one without a mark."""
    found = []
    for name, mark in zip(NAMES, marks, strict=False):
        if isinstance(mark, str):
            found.append(ExerciseMark(name, mark))  # type: ignore[arg-type]
        else:
            found.append(ExerciseMark(name, "graded", None if mark is None else exact(mark)))
    return found


def course(*coefficients: float, **rules: Any) -> CourseTable:
    exercises = {
        name: ExerciseRules(coefficient=Decimal(str(one))) for name, one in zip(NAMES, coefficients, strict=False)
    }
    return CourseTable(exercises=exercises, **rules)


def mark(table: CourseTable, *marks: float | str | None) -> float | None:
    value = compute_course_mark(table, graded(*marks)).value
    return None if value is None else float(value)


def test_the_mean_is_weighted_by_coefficients() -> None:
    assert mark(course(1, 2, 1), 10, 16, 12) == 13.5
    assert mark(course(0.5, 1.5), 10, 16) == 14.5
    assert mark(CourseTable(), 10, 11) == 10.5


@pytest.mark.parametrize(
    ("step", "marks", "wanted"),
    [
        ("0.01", (12.34, 12.35), 12.35),  # 12.345: half goes up
        ("0.01", (10, 10, 11), 10.33),
        ("0.25", (12, 12.25), 12.25),  # 12.125
        ("0.25", (12, 12.24), 12.0),
        ("0.5", (13, 13.5), 13.5),  # 13.25
        ("0.5", (13, 13.49), 13.0),
        ("1", (9, 10), 10),
        ("0.1", (0.1, 0.2), 0.2),  # 0.15 is no binary fraction
    ],
)
def test_the_mark_is_rounded_half_up_from_the_exact_mean(step: str, marks: tuple[float, ...], wanted: float) -> None:
    assert mark(CourseTable(rounding=Decimal(step)), *marks) == wanted


@pytest.mark.parametrize(
    ("coefficients", "marks", "dropped", "wanted"),
    [
        ((1, 1, 1), (8, 12, 14), {"tp1"}, 13),
        ((1, 3, 1), (8, 8, 14), {"tp2"}, 11),  # of equal marks the one that weighs most
        ((1, 1, 1), ("excused", 12, 14), {"tp2"}, 14),
        ((1, 1, 1), ("absent", 12, 14), {"tp1"}, 13),
        ((1,), (8,), set(), 8),  # one is always left
    ],
)
def test_the_lowest_marks_are_left_out(
    coefficients: tuple[float, ...], marks: tuple[float | str, ...], dropped: set[str], wanted: float
) -> None:
    found = compute_course_mark(course(*coefficients, drop_lowest=1), graded(*marks))
    assert {one.exercise for one in found.exercises if one.is_dropped} == dropped
    assert found.value == wanted


def test_who_could_not_be_graded_has_no_mark_of_the_course() -> None:
    for table in (course(1, 1, missing="zero", drop_lowest=1), course(1, 1)):
        found = compute_course_mark(table, graded(15, "not-graded"))
        assert (found.value, found.waits_for, found.has_passed) == (None, ("tp2",), None)


def test_an_absence_is_a_zero_an_excused_one_does_not_count_and_a_missing_one_is_for_the_table_to_say() -> None:
    assert mark(course(1, 1), 15, "absent") == 7.5
    assert mark(course(1, 1), 15, "excused") == 15
    assert mark(course(1, 1), 15, "no-result") is None
    assert mark(course(1, 1, missing="zero"), 15, "no-result") == 7.5
    assert mark(course(1, 1), "excused", "excused") is None


def test_the_cap_and_the_pass_mark() -> None:
    assert mark(course(1, cap=Decimal(15)), 18) == 15
    assert compute_course_mark(course(1, pass_mark=Decimal(8)), graded(8)).has_passed is True
    assert compute_course_mark(course(1), graded(9.99)).has_passed is False


def test_it_is_provisional_if_a_mark_that_counts_is() -> None:
    marks = [
        ExerciseMark("tp1", "graded", Fraction(8), is_provisional=True),
        ExerciseMark("tp2", "graded", Fraction(12)),
    ]
    assert compute_course_mark(course(1, 1), marks).is_provisional
    assert not compute_course_mark(course(1, 1, drop_lowest=1), marks).is_provisional


def test_coefficients_of_zero_count_for_nothing() -> None:
    assert mark(course(1, 0), 15, 3) == 15
    assert mark(course(0), 15) is None


@DETERMINISTIC
@given(
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 12)), min_size=1, max_size=4),
    st.integers(0, 4),
    st.sampled_from(["0.01", "0.25", "0.5", "1"]),
)
def test_a_better_mark_never_lowers_the_course(two: list[tuple[int, int]], drop: int, step: str) -> None:
    table = course(*(weight / 4 for _, weight in two), drop_lowest=drop, rounding=Decimal(step))

    def of(marks: list[Fraction]) -> CourseMark:
        return compute_course_mark(
            table, [ExerciseMark(name, "graded", one) for name, one in zip(NAMES, marks, strict=False)]
        )

    marks = [Fraction(hundredths, 100) for hundredths, _ in two]
    before = of(marks).value
    if before is None or drop:  # whatever is dropped takes its coefficient with it
        return
    for place in range(len(marks)):
        better = [*marks[:place], min(Fraction(20), marks[place] + 1), *marks[place + 1 :]]
        after = of(better).value
        assert after is not None
        assert after >= before


@pytest.mark.parametrize(("value", "wanted"), [("0.125", "0.13"), ("0.124", "0.12"), ("2.675", "2.68"), ("0", "0")])
def test_half_a_hundredth_goes_up(value: str, wanted: str) -> None:
    assert round_half_up(exact(Decimal(value))) == Fraction(wanted)
