"""A mark for each skill: the share of points that a student earned in the checks with its tag, in all exercises."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from grader.scoring.mark import OUT_OF
from grader.scoring.rounding import exact, round_half_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from grader.course_table.table import CourseTable
    from grader.reports.result import ResultFile


@dataclass(frozen=True)
class SkillMark:
    mark: Fraction
    """Out of 20, to two decimals."""
    earned: Fraction
    """Points, each with the coefficient of its exercise."""
    possible: Fraction
    is_provisional: bool
    """True if some of its checks were not tried."""


def skill_marks(table: CourseTable, results: Iterable[ResultFile]) -> Mapping[str, SkillMark]:
    """The marks of one student by skill, those of the table first. A skill that no graded check has is left out.

    Late work loses nothing here: a skill is what a student can do, not when it was shown.
    """
    earned: dict[str, Fraction] = {}
    possible: dict[str, Fraction] = {}
    provisional: set[str] = set()
    for result in results:
        if result.status != "graded":
            continue
        weight = exact(table.rules_of(result.exercise).coefficient)
        for check in result.checks:
            for skill in _skills_of(table, check.skills):
                earned[skill] = earned.get(skill, Fraction(0)) + weight * check.points
                possible[skill] = possible.get(skill, Fraction(0)) + weight * check.max_points
                if check.verdict in {"skipped", "error"}:
                    provisional.add(skill)
    order = [skill for skill in table.skills if skill in possible]
    order += sorted(possible.keys() - set(order))
    return {
        skill: SkillMark(
            round_half_up(OUT_OF * earned[skill] / possible[skill]),
            earned[skill],
            possible[skill],
            skill in provisional,
        )
        for skill in order
        if possible[skill]
    }


def _skills_of(table: CourseTable, tags: Iterable[str]) -> set[str]:
    """The skills that a check shows: its tags, and those that include one of them."""
    own = set(tags)
    return own | {name for name, skill in table.skills.items() if own & set(skill.includes)}
