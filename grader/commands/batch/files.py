"""Grades the files that a class has handed in, from Moodle's zip file."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from grader.course_table.find import find_course_table
from grader.course_table.table import CourseTable
from grader.errors import GraderError
from grader.grading.handed_in import graded_handed_in, read_handed_in
from grader.handin.moodle_zip import read_moodle_zip
from grader.handin.submission_times import SubmissionTimes, read_submission_times
from grader.programs.temporary_folder import temporary_folder
from grader.text.escaping import log_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from grader.commands.batch.batch import Batch, BatchOutcome, Progress
    from grader.grading.request import GradingRequest
    from grader.messages import Language
    from grader.roster.student import RosterStudent


def find_submission_times(
    worksheet: Path | None, roster: Path, students: Sequence[RosterStudent], course: Path | None, language: Language
) -> SubmissionTimes:
    """When Moodle received the files, from its worksheet, which may be the roster itself.

    Moodle's moments are in the time zone of the course table. Raises `GraderError` if the worksheet cannot be used.
    """
    table = find_course_table(course, (), language) or CourseTable()
    try:
        return read_submission_times((worksheet or roster).read_bytes(), students, table.zone)
    except OSError as error:
        raise GraderError("at.file", file=worksheet or roster, fault=error.strerror) from error
    except GraderError as error:
        if worksheet is None:  # any other class list
            return SubmissionTimes()
        raise GraderError("at.file", file=worksheet, fault=error) from error


def grade_files(
    moodle_zip: Path,
    shared: GradingRequest,
    students: Sequence[RosterStudent],
    batch_of: Callable[[Iterable[GradingRequest]], Batch],
    watcher: Progress,
    *,
    code: str,
    times: SubmissionTimes,
    at_once: int,
) -> BatchOutcome:
    """Judges the recordings in the files, and says on standard error what is odd about them."""
    with temporary_folder("grader-handin-") as recordings:
        submissions, submitted = read_moodle_zip(moodle_zip), times.by_student
        work = read_handed_in(submissions, shared, students, recordings, code=code, submitted=submitted)
        batch = batch_of(work.requests)
        for remark in (*times.remarks, *work.remarks):
            print(log_line(f"grader: {remark.message(batch.language)}"), file=sys.stderr)
        return batch.run(watcher, partial(graded_handed_in, work=work, at_once=at_once))
