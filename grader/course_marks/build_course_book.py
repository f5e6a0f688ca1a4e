"""Builds the gradebook of a course from the works in a results folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.course_marks.course_book import CourseBook, CourseEntry
from grader.course_marks.course_mark import ExerciseMark, compute_course_mark
from grader.course_marks.skills import skill_marks
from grader.reports.gradebook.book import add_name, unlisted_student
from grader.scoring.rounding import exact
from grader.text.folding import fold_case_and_accents

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.course_table.table import CourseTable
    from grader.reports.result import ResultFile
    from grader.roster.student import RosterStudent


def build_course_book(
    table: CourseTable,
    results: Sequence[ResultFile],
    roster: Sequence[RosterStudent],
    absences: Mapping[tuple[str, str], str],
) -> CourseBook:
    """A row for each student of the roster, then for each other with a result. `results` are those that count.

    `absences` are the teacher's notes (`absent`, `excused`), by exercise and id.
    """
    exercises = tuple(table.exercises) or tuple(sorted({one.exercise for one in results}))
    own = {(one.exercise, one.student.id): one for one in results if one.exercise in exercises}
    by_id = {one.student.id: one for one in own.values()}
    others = by_id.keys() - {student.id for student in roster}
    students = [add_name(student, by_id) for student in roster]
    students += [
        unlisted_student(by_id[one].student)
        for one in sorted(others, key=lambda one: (fold_case_and_accents(one), one))
    ]
    entries = []
    for student in students:
        found = {one: own.get((one, student.id)) for one in exercises}
        marks = [_mark(one, result, absences.get((one, student.id), "")) for one, result in found.items()]
        skills = skill_marks(table, (result for result in found.values() if result))
        entries.append(CourseEntry(table, student, compute_course_mark(table, marks), skills))
    return CourseBook(table, exercises, tuple(entries))


def _mark(exercise: str, result: ResultFile | None, absence: str) -> ExerciseMark:
    if absence == "absent":
        return ExerciseMark(exercise, "absent")
    if absence == "excused":
        return ExerciseMark(exercise, "excused")
    if result is None:
        return ExerciseMark(exercise, "no-result")
    if result.mark is None:
        return ExerciseMark(exercise, "not-graded")
    return ExerciseMark(exercise, "graded", exact(result.mark), is_provisional=result.provisional)
