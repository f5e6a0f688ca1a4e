"""Fills in Moodle's worksheet with the marks of an exercise that count, after a batch."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from grader.course_marks.counted_results import counted_result
from grader.course_marks.school_sheet import fill_school_sheet
from grader.course_table.find import find_course_table
from grader.course_table.table import CourseTable
from grader.ledger.signing_key import read_signing_key
from grader.reports.gradebook.book import build_gradebook
from grader.results.class_results import read_class_results

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from grader.messages import Language
    from grader.roster.student import RosterStudent


def fill_worksheet(
    worksheet: Path,
    results: Path,
    exercise: str,
    roster: Sequence[RosterStudent],
    *,
    course: Path | None,
    language: Language,
) -> None:
    """Fills in `worksheet` from what the results folder has of `exercise`, and lists who does not match.

    `course`: the course table, if one is given.
    """
    table = find_course_table(course, roster, language) or CourseTable()
    works = [
        work for work in read_class_results(results, key=read_signing_key(os.environ)) if work.exercise == exercise
    ]
    by_id = {student.id: student for student in roster}
    counted = [result for work in works if (result := counted_result(table, work, by_id))]
    absences = {(work.exercise, work.student.id): work.absence.kind for work in works if work.absence}
    fill_school_sheet(worksheet, "moodle", build_gradebook(counted, roster, absences).entries, language)
