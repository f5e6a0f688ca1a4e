"""The mark of a course, computed exactly from the marks of its exercises."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from grader.scoring.rounding import exact, round_half_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.course_table.table import CourseTable

ExerciseState = Literal["graded", "not-graded", "no-result", "absent", "excused"]
"""`not-graded`: could not be graded. `no-result`: nothing was handed in. The last two are a teacher's word."""


@dataclass(frozen=True)
class ExerciseMark:
    """What one exercise gives to the course."""

    exercise: str
    state: ExerciseState
    mark: Fraction | None = None
    """Out of 20, to two decimals, as every report shows it; `None` unless graded."""
    is_provisional: bool = False
    is_dropped: bool = False
    """True if it is one of the lowest, which are left out."""


@dataclass(frozen=True)
class CourseMark:
    value: Fraction | None
    """Out of 20, rounded; `None` as long as the mark of an exercise is missing."""
    exercises: tuple[ExerciseMark, ...]
    waits_for: tuple[str, ...]
    """The exercises whose marks are missing."""
    is_provisional: bool
    has_passed: bool | None
    """`None` without a mark."""


def compute_course_mark(table: CourseTable, marks: Sequence[ExerciseMark]) -> CourseMark:
    """The mean by coefficients of what counts.

    An absence counts as 0, an excused one does not count. A student who could not be graded has no mark of the course,
    and not a lower one; whether who handed in nothing has a 0 is for `missing` in the table to say. Of the marks that
    count, the lowest are dropped; of equal marks the one that weighs most.
    """
    counted = {one.exercise: value for one in marks if (value := _counted_value(table, one)) is not None}
    waits_for = tuple(one.exercise for one in marks if one.state != "excused" and one.exercise not in counted)
    weights = {one.exercise: exact(table.rules_of(one.exercise).coefficient) for one in marks}
    order = sorted(counted, key=lambda exercise: (counted[exercise], -weights[exercise]))
    # At least one mark is left.
    dropped = set(order[: min(table.drop_lowest, len(order) - 1)]) if order and not waits_for else set()
    left = [exercise for exercise in counted if exercise not in dropped]
    total = sum(weights[exercise] for exercise in left)
    value = None
    if total and not waits_for:
        mean = Fraction(sum(weights[exercise] * counted[exercise] for exercise in left), total)
        value = min(round_half_up(mean, exact(table.rounding)), exact(table.cap))
    return CourseMark(
        value=value,
        exercises=tuple(replace(one, is_dropped=one.exercise in dropped) for one in marks),
        waits_for=waits_for,
        is_provisional=value is not None and any(one.is_provisional for one in marks if one.exercise in left),
        has_passed=None if value is None else value >= exact(table.pass_mark),
    )


def _counted_value(table: CourseTable, one: ExerciseMark) -> Fraction | None:
    """What the exercise adds to the mean; `None` if it adds nothing."""
    match one.state:
        case "graded":
            return one.mark
        case "absent":
            return Fraction(0)
        case "no-result" if table.missing == "zero":
            return Fraction(0)
        case _:
            return None
