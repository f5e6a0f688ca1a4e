"""The gradebook as a workbook: marks, checks by student, and the mistakes, most frequent first."""

from __future__ import annotations

import io
from collections import Counter
from typing import TYPE_CHECKING, Final

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill

from grader.messages import Texts
from grader.reports.gradebook.mark_table import COLUMNS, mark_row
from grader.reports.gradebook.xlsx_cells import set_column_widths, write_cell, write_headings

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from grader.messages import Language
    from grader.reports.gradebook.book import Gradebook
    from grader.reports.gradebook.mark_table import CellValue, MarkColumn
    from grader.reports.result import CheckResult

SHEETS: Final = ("marks", "checks", "mistakes")
MISTAKE_COLUMNS: Final = ("students", "exercise", "check", "code", "id", "name", "message", "hint", "evidence")
COLOURS: Final = {"passed": "D9EAD3", "failed": "F4CCCC", "blocked": "EFEFEF", "error": "FCE5CD", "skipped": "FFF2CC"}
FIRST_CHECK: Final = 3
"""The column of the first check, after the student's id and name."""
FIRST_STUDENT: Final = 5
"""The row of the first student, below exercise, check, title and points."""


def build_workbook(book: Gradebook, lang: Language) -> bytes:
    """The .xlsx file. A student without a mark has empty cells; a provisional mark is in italics and says so."""
    made = Workbook()
    marks, checks, mistakes = made.worksheets[0], made.create_sheet(), made.create_sheet()
    texts = Texts("reports", lang)
    for sheet, name in zip((marks, checks, mistakes), SHEETS, strict=True):
        sheet.title = texts(f"sheet.{name}")
    fill_marks(marks, book, texts)
    fill_checks(checks, book, texts)
    fill_mistakes(mistakes, book, texts)
    for sheet in made.worksheets:
        set_column_widths(sheet)
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


def fill_marks(sheet: Worksheet, book: Gradebook, texts: Texts) -> None:
    def shown(column: MarkColumn, value: CellValue) -> str | float | None:
        if column == "status":
            return texts(f"status.{value}")
        if column == "provisional":
            return texts("heading.provisional") if value else None
        return value

    write_headings(sheet, 1, (texts(f"heading.{column}") for column in COLUMNS))
    for row, entry in enumerate(book.entries, start=2):
        for column, (name, value) in enumerate(mark_row(entry, texts.language).items(), start=1):
            cell = write_cell(sheet, row, column, shown(name, value))
            if name == "mark" and entry.result and entry.result.provisional:
                cell.font = Font(italic=True)
                cell.fill = verdict_fill("skipped")
    sheet.freeze_panes = "D2"
    sheet.auto_filter.ref = sheet.dimensions


def fill_checks(sheet: Worksheet, book: Gradebook, texts: Texts) -> None:
    """A column per check, a row per student: the points, or why there are none."""
    columns: dict[tuple[str, str], int] = {}
    rows: dict[str, int] = {}
    write_headings(sheet, FIRST_STUDENT - 1, (texts("heading.id"), texts("heading.name")))
    for entry in book.entries:
        row = rows.setdefault(entry.student.id, FIRST_STUDENT + len(rows))
        write_cell(sheet, row, 1, entry.student.id)
        write_cell(sheet, row, 2, entry.student.name)
        for check in entry.result.checks if entry.result else []:
            place = (entry.exercise, check.id)
            if place not in columns:
                columns[place] = FIRST_CHECK + len(columns)
                above: tuple[str | float, ...] = (
                    entry.exercise,
                    check.id,
                    texts.pick(check.title),
                    check.max_points,
                )
                for line, value in enumerate(above, start=1):
                    write_cell(sheet, line, columns[place], value).font = Font(bold=True)
            if entry.mark is not None:
                is_judged = check.verdict in {"passed", "failed"}
                shown: str | float = check.points if is_judged else texts(f"verdict.{check.verdict}")
                write_cell(sheet, row, columns[place], shown).fill = verdict_fill(check.verdict)
    sheet.freeze_panes = sheet.cell(FIRST_STUDENT, FIRST_CHECK).coordinate


def fill_mistakes(sheet: Worksheet, book: Gradebook, texts: Texts) -> None:
    """A row per failed check of each student; the first column says how many made the same mistake."""
    found = [
        (entry, check)
        for entry in book.entries
        if entry.result and entry.mark is not None
        for check in entry.result.checks
        if check.verdict == "failed"
    ]
    times = Counter((entry.exercise, check.id, diagnosis_code(check)) for entry, check in found)
    write_headings(sheet, 1, (texts(f"heading.{column}") for column in MISTAKE_COLUMNS))
    found.sort(key=lambda two: (two[0].exercise, -times[two[0].exercise, two[1].id, diagnosis_code(two[1])], two[1].id))
    for row, (entry, check) in enumerate(found, start=2):
        cells: list[str | float] = [
            times[entry.exercise, check.id, diagnosis_code(check)],
            entry.exercise,
            check.id,
            diagnosis_code(check),
        ]
        cells += [entry.student.id, entry.student.name]
        cells += [texts.pick(check.message), texts.pick(check.hint), "\n".join(check.evidence)]
        for column, value in enumerate(cells, start=1):
            write_cell(sheet, row, column, value)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


def diagnosis_code(check: CheckResult) -> str:
    return check.diagnosis.code if check.diagnosis else ""


def verdict_fill(verdict: str) -> PatternFill:
    return PatternFill("solid", fgColor=COLOURS[verdict])
