"""The gradebook of a course: every student with the mark of each exercise, of the course and of each skill."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.messages import Texts
from grader.messages.numbers import shown_mark, shown_number
from grader.reports.gradebook.feedback import as_html
from grader.scoring.mark import OUT_OF
from grader.scoring.rounding import exact
from grader.text.escaping import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from grader.course_marks.course_mark import CourseMark, ExerciseMark
    from grader.course_marks.skills import SkillMark
    from grader.course_table.table import CourseTable
    from grader.messages import Language
    from grader.roster.student import RosterStudent


@dataclass(frozen=True)
class CourseEntry:
    """One student of a course. It fills a row of a school's sheet, as `SheetEntry`."""

    table: CourseTable
    student: RosterStudent
    course: CourseMark
    skills: Mapping[str, SkillMark]

    @property
    def is_empty(self) -> bool:
        return all(one.state == "no-result" for one in self.course.exercises) and self.course.value is None

    @property
    def mark(self) -> float | None:
        return None if self.course.value is None else float(self.course.value)

    @property
    def absence(self) -> str:
        """Empty: an absence is of one exercise."""
        return ""

    @property
    def out_of(self) -> int:
        return OUT_OF

    @property
    def is_provisional(self) -> bool:
        return self.course.is_provisional

    def feedback(self, lang: Language) -> str:
        lines = [self.remark(lang), *(self.exercise_line(one, lang) for one in self.course.exercises)]
        lines += [f"{skill} – {shown_mark(float(one.mark), OUT_OF, lang)}" for skill, one in self.skills.items()]
        return as_html(lines)

    def remark(self, lang: Language) -> str:
        """Whether the student has passed, or why there is no mark."""
        texts = Texts("reports", lang)
        if self.course.waits_for:
            return texts("course.waits-for", exercises=", ".join(map(one_line, self.course.waits_for)))
        if self.course.value is None:
            return texts("course.nothing-counts")
        passed = texts("course.passed" if self.course.has_passed else "course.not-passed")
        return f"{passed} ({texts('course.provisional')})" if self.is_provisional else passed

    def exercise_line(self, one: ExerciseMark, lang: Language) -> str:
        """`tp2 – 14/20, coefficient 2 (dropped: one of the lowest)`."""
        texts = Texts("reports", lang)
        shown = texts(f"course.{one.state}") if one.mark is None else shown_mark(float(one.mark), OUT_OF, lang)
        weight = shown_number(float(self.table.rules_of(one.exercise).coefficient), lang)
        dropped = f" ({texts('course.dropped')})" if one.is_dropped else ""
        return f"{one_line(one.exercise)} – {shown}, {texts('course.coefficient', coefficient=weight)}{dropped}"

    def __str__(self) -> str:
        return one_line(f"{self.student.id} {self.student.name}".strip())


@dataclass(frozen=True)
class CourseBook:
    table: CourseTable
    exercises: tuple[str, ...]
    """In the order of the table."""
    entries: tuple[CourseEntry, ...]

    @property
    def skills(self) -> tuple[str, ...]:
        """All skills that somebody has a mark for, those of the table first."""
        found = {skill for entry in self.entries for skill in entry.skills}
        first = [skill for skill in self.table.skills if skill in found]
        return (*first, *sorted(found - set(first)))

    def coefficient(self, exercise: str) -> Fraction:
        return exact(self.table.rules_of(exercise).coefficient)
