"""What a results folder says of each student in each exercise: the attempts, and the teacher's corrections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.ledger.reading import read_entries
from grader.reports.result import Student
from grader.reports.result_files import ATTEMPTS_SUFFIX
from grader.reports.signature import SIGNATURE
from grader.results.attempts import read_attempts
from grader.results.corrections import ABSENCES, apply_corrections, corrections_in_force
from grader.results.counting import counted_attempt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from grader.course_table.table import AttemptRule
    from grader.ledger.signing_key import SigningKey
    from grader.reports.result import Correction, ResultFile
    from grader.results.attempts import Attempt


@dataclass(frozen=True)
class StudentWork:
    """One student in one exercise."""

    exercise: str
    student: Student
    attempts: tuple[Attempt, ...]
    """The oldest first; empty if there is no more than corrections, such as an absence."""
    corrections: tuple[Correction, ...] = ()

    @property
    def absence(self) -> Correction | None:
        """The last note that the student was absent or excused."""
        return next((one for one in reversed(self.corrections) if one.kind in ABSENCES), None)

    def result(self, rule: AttemptRule = "last") -> ResultFile | None:
        """The corrected result of the attempt that counts; `None` without an attempt."""
        attempt = counted_attempt(self.attempts, rule)
        return apply_corrections(attempt.result, self.corrections) if attempt else None


def read_class_results(
    folder: Path,
    on_unreadable: Callable[[Path, Exception], None] = lambda _path, _error: None,
    key: SigningKey | None = None,
) -> list[StudentWork]:
    """Everybody's work below `folder`, by exercise and student. Other files are told to `on_unreadable`.

    Raises `GraderError` if the ledger was changed, or if a student has two marks in two places.
    """
    corrections = corrections_in_force(read_entries(folder, key))
    works: dict[tuple[str, str], StudentWork] = {}
    for path in _last_results(folder):
        attempts = read_attempts(path, on_unreadable)
        if attempts:
            result = attempts[-1].result
            of = (result.exercise, result.student.id)
            work = StudentWork(result.exercise, result.student, attempts, corrections.pop(of, ()))
            works[of] = _choose(works[of], work) if of in works else work
    for (exercise, student), own in corrections.items():
        if (exercise, student) not in works:
            works[exercise, student] = StudentWork(exercise, Student(id=student), (), own)
    return [works[of] for of in sorted(works)]


def _last_results(folder: Path) -> Iterator[Path]:
    """The place of each student's last result, also if only earlier attempts are there."""
    places = {path for path in folder.glob("**/*.json") if path.name != SIGNATURE}
    inside = {path for path in places if path.parent.suffix == ATTEMPTS_SUFFIX}
    yield from sorted((places - inside) | {path.parent.with_suffix(".json") for path in inside})


def _choose(one: StudentWork, other: StudentWork) -> StudentWork:
    """Of two places with results of one student, that with a mark, else the later."""
    from grader.reports.gradebook.book import choose_result  # noqa: PLC0415 - slow to import, and rare

    first, second = one.attempts[-1].result, other.attempts[-1].result
    chosen = one if choose_result(first, second) is first else other
    return StudentWork(chosen.exercise, chosen.student, chosen.attempts, one.corrections or other.corrections)
