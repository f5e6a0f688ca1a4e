"""Fills in a sheet of the school, in its place: Moodle's worksheet or ScoDoc's spreadsheet."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

from grader.atomic_file import write_atomically
from grader.errors import GraderError
from grader.messages import Texts
from grader.reports.gradebook.moodle import fill_worksheet_rows
from grader.reports.gradebook.scodoc import fill_sheet_rows
from grader.text.escaping import log_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from grader.messages import Language
    from grader.reports.gradebook.filled_sheet import SheetEntry

Program = Literal["moodle", "scodoc"]


def fill_school_sheet(sheet: Path, program: Program, entries: Sequence[SheetEntry], language: Language) -> bool:
    """Fills in `sheet`, and lists the rows and students without a match on standard error; false if there are any."""
    try:
        data = sheet.read_bytes()
    except OSError as error:
        raise GraderError("at.file", file=sheet, fault=error.strerror) from error
    try:
        filled = (fill_worksheet_rows if program == "moodle" else fill_sheet_rows)(data, entries, language)
    except GraderError as error:
        raise GraderError("at.file", file=sheet, fault=error) from error
    try:
        write_atomically(sheet, filled.data)
    except OSError as error:
        raise GraderError("results.not-written", path=sheet, detail=error.strerror) from error
    no_row = [Texts("reports", language)("unmatched.no-row", student=one) for one in filled.unmatched_students]
    for remark in (*filled.unmatched_rows, *no_row, *filled.remarks):
        print(log_line(f"{sheet.name}: {remark}"), file=sys.stderr)  # noqa: T201 - what a teacher must look at
    return filled.is_complete
