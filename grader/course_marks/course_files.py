"""The gradebook files of a course: CSV, `.xlsx`, Moodle's grade import and a sheet for ScoDoc."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, TypeAlias

from openpyxl import Workbook
from openpyxl.styles import Font

from grader.messages import Texts, in_language
from grader.messages.numbers import exact_number, shown_number
from grader.reports.gradebook.csv_file import encode_csv
from grader.reports.gradebook.formula_injection import escape_formulas
from grader.reports.gradebook.moodle import import_rows
from grader.reports.gradebook.scodoc import new_sheet_of
from grader.reports.gradebook.xlsx_cells import set_column_widths, write_cell, write_headings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openpyxl.worksheet.worksheet import Worksheet

    from grader.course_marks.course_book import CourseBook, CourseEntry
    from grader.course_marks.course_mark import ExerciseMark
    from grader.messages import Language

Cell: TypeAlias = "str | float | None"
FIXED = ("id", "name", "email", "group")


def course_files(book: CourseBook, lang: Language) -> dict[str, bytes]:
    """The content of each file by its name."""
    return {
        "course.xlsx": course_workbook(book, lang),
        "course-excel.csv": _excel_csv(book, lang),
        "course.csv": _plain_csv(book),
        "course-moodle-import.csv": import_rows({"course": book.entries}, lang),
        "course-scodoc.xlsx": new_sheet_of(book.entries, lang),
    }


def _plain_csv(book: CourseBook) -> bytes:
    """For programs: commas, decimal points, UTF-8, headings that do not depend on the language."""
    header = [*FIXED, *(name for one in book.exercises for name in (one, f"{one}_state")), "mark", "state"]
    header += [f"skill_{skill}" for skill in book.skills]
    rows = [[escape_formulas(heading) for heading in header]]
    for entry in book.entries:
        cells: list[Cell] = list(_who(entry))
        for one in entry.course.exercises:
            cells += [None if one.mark is None else float(one.mark), "dropped" if one.is_dropped else one.state]
        cells += [entry.mark, _state(entry), *_skill_marks(book, entry)]
        rows.append([_plain(cell) for cell in cells])
    return encode_csv(rows, ",", "\n").encode()


def _plain(cell: Cell) -> str:
    return exact_number(cell) if isinstance(cell, (int, float)) else escape_formulas(cell or "")


def _state(entry: CourseEntry) -> str:
    if entry.course.value is None:
        return "no-mark"
    passed = "passed" if entry.course.has_passed else "not-passed"
    return f"{passed}-provisional" if entry.is_provisional else passed


def _excel_csv(book: CourseBook, lang: Language) -> bytes:
    """For French Excel: semicolons, decimal commas, UTF-8 with a byte order mark, CRLF."""
    rows = [[_plain(cell).replace(".", ",") if isinstance(cell, float) else _plain(cell) for cell in row]
            for row in _table(book, Texts("reports", lang))]  # fmt: skip
    return encode_csv(rows, ";", "\r\n").encode("utf-8-sig")


def course_workbook(book: CourseBook, lang: Language) -> bytes:
    """One sheet with a row per student. Marks in italics do not count: they were dropped."""
    made, texts = Workbook(), Texts("reports", lang)
    sheet = made.worksheets[0]
    sheet.title = texts("sheet.course")
    header, *rows = _table(book, texts)
    write_headings(sheet, 1, (str(heading) for heading in header))
    for line, (cells, entry) in enumerate(zip(rows, book.entries, strict=True), start=2):
        for column, value in enumerate(cells, start=1):
            write_cell(sheet, line, column, value)
        _mark_dropped(sheet, line, entry.course.exercises)
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = sheet.dimensions
    set_column_widths(sheet)
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


def _mark_dropped(sheet: Worksheet, line: int, exercises: Iterable[ExerciseMark]) -> None:
    for column, one in enumerate(exercises, start=len(FIXED) + 1):
        if one.is_dropped:
            sheet.cell(line, column).font = Font(italic=True, color="808080")


def _table(book: CourseBook, texts: Texts) -> list[list[Cell]]:
    """The headings, then a row per student, for people."""
    header: list[Cell] = [texts(f"heading.{column}") for column in FIXED]
    weights = {one: shown_number(float(book.coefficient(one)), texts.language) for one in book.exercises}
    header += [f"{one} (×{weight})" for one, weight in weights.items()]
    header += [texts("course.mark"), texts("course.remark")]
    for skill in book.skills:
        title = in_language(book.table.skills[skill].title, texts.language) if skill in book.table.skills else ""
        header.append(f"{skill} {title}".strip())
    rows = [header]
    for entry in book.entries:
        row: list[Cell] = list(_who(entry))
        row += [texts(f"course.{one.state}") if one.mark is None else float(one.mark) for one in entry.course.exercises]
        rows.append([*row, entry.mark, entry.remark(texts.language), *_skill_marks(book, entry)])
    return rows


def _who(entry: CourseEntry) -> tuple[str, ...]:
    return tuple(str(getattr(entry.student, column)) for column in FIXED)


def _skill_marks(book: CourseBook, entry: CourseEntry) -> list[float | None]:
    return [float(entry.skills[skill].mark) if skill in entry.skills else None for skill in book.skills]
