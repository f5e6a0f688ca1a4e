"""The data of every gradebook: each student of the class, for each exercise, with or without a result."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from grader.errors import GraderError
from grader.messages import Texts
from grader.reports.gradebook.feedback import feedback
from grader.reports.result import Student
from grader.reports.texts import points_summary, reason_text
from grader.roster.participant import participant_of
from grader.roster.same_person import may_be_same_person
from grader.roster.student import RosterStudent
from grader.scoring.mark import OUT_OF
from grader.text.escaping import one_line
from grader.text.folding import fold_case_and_accents

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from grader.messages import Language
    from grader.reports.result import ResultFile


@dataclass(frozen=True)
class GradebookEntry:
    exercise: str
    student: RosterStudent
    """From the roster; for a student who is not in it, only the id and name of the result."""
    result: ResultFile | None
    """`None` for a student of the roster without a result."""
    absence: str = ""
    """`absent` or `excused`, as the teacher noted it."""

    @property
    def status(self) -> str:
        """`graded`, `not-graded`, `no-result`, or the absence."""
        return self.absence or (self.result.status if self.result else "no-result")

    @property
    def mark(self) -> float | None:
        return self.result.mark if self.result and self.result.status == "graded" and not self.absence else None

    @property
    def is_empty(self) -> bool:
        return self.result is None and not self.absence

    @property
    def out_of(self) -> int:
        return self.result.out_of if self.result else OUT_OF

    @property
    def is_provisional(self) -> bool:
        return self.result is not None and self.result.provisional

    def feedback(self, lang: Language) -> str:
        if self.absence:
            return Texts("reports", lang)(f"status.{self.absence}")
        return feedback(self.result, lang) if self.result else ""

    def remark(self, lang: Language) -> str:
        if self.absence:
            return Texts("reports", lang)(f"status.{self.absence}")
        if self.result is None:
            return ""
        return points_summary(self.result, lang) if self.result.status == "graded" else reason_text(self.result, lang)

    def __str__(self) -> str:
        return one_line(f"{self.student.id} {self.student.name}".strip())


@dataclass(frozen=True)
class Gradebook:
    entries: tuple[GradebookEntry, ...]
    """By exercise, in the roster's order, then students who are not in it, by id."""

    @property
    def exercises(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(entry.exercise for entry in self.entries))

    def for_exercise(self, exercise: str) -> Gradebook:
        return Gradebook(tuple(entry for entry in self.entries if entry.exercise == exercise))

    def require_one_exercise(self, program: str) -> tuple[GradebookEntry, ...]:
        """All entries. Raises `GraderError` if they are not of one exercise, as `program` requires."""
        if len(self.exercises) != 1:
            code = "report.one-exercise" if self.exercises else "report.no-exercise"
            raise GraderError(code, program=program, exercises=", ".join(map(one_line, self.exercises)))
        return self.entries


def build_gradebook(
    results: Iterable[ResultFile],
    roster: Sequence[RosterStudent] = (),
    absences: Mapping[tuple[str, str], str] = MappingProxyType({}),
) -> Gradebook:
    """The gradebook of a class. `roster` adds e-mails and groups, and the students without a result.

    `absences` are the teacher's notes (`absent`, `excused`), by exercise and id.

    Ids are compared exactly: two that differ only in case are two students. If a student has several results
    for one exercise, the graded one counts, else the latest; two graded ones raise `GraderError`.
    """
    by_exercise: dict[str, dict[str, ResultFile]] = {}
    for result in results:
        known = by_exercise.setdefault(result.exercise, {})
        known[result.student.id] = choose_result(known.get(result.student.id), result)
    entries = []
    listed = {student.id for student in roster}
    for exercise in sorted({*by_exercise, *(exercise for exercise, _ in absences)}):
        known = by_exercise.get(exercise, {})
        others = {*known, *(student for of, student in absences if of == exercise)} - listed
        added = [
            unlisted_student(known[student].student if student in known else Student(id=student))
            for student in sorted(others, key=lambda student: (fold_case_and_accents(student), student))
        ]
        entries += [
            GradebookEntry(
                exercise, add_name(student, known), known.get(student.id), absences.get((exercise, student.id), "")
            )
            for student in (*roster, *added)
        ]
    return Gradebook(tuple(entries))


def unlisted_student(student: Student) -> RosterStudent:
    """A student who is not in the roster; one of an anonymous assignment is known by Moodle's identifier."""
    return RosterStudent(id=student.id, name=student.name, participant=participant_of(student.id))


def add_name(student: RosterStudent, known: dict[str, ResultFile]) -> RosterStudent:
    """The student, with the name in the result if the roster has none. Raises `GraderError` for two people's names."""
    if student.id in known and not may_be_same_person(student.name, known[student.id].student.name):
        names = {"before": one_line(known[student.id].student.name), "now": one_line(student.name)}
        raise GraderError("report.other-person", student=one_line(student.id), **names)
    if student.name or student.id not in known:
        return student
    return replace(student, name=known[student.id].student.name)


def choose_result(one: ResultFile | None, other: ResultFile) -> ResultFile:
    if one is None:
        return other
    if one.status == other.status == "graded":
        values = {"first": one_line(one.started_at), "second": one_line(other.started_at)}
        student, exercise = one_line(one.student.id), one_line(one.exercise)
        raise GraderError("report.two-marks", student=student, exercise=exercise, **values)
    if one.status != other.status:
        return one if one.status == "graded" else other
    return max(one, other, key=lambda result: result.started_at)
