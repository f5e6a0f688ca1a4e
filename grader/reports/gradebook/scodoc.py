"""ScoDoc's sheet of an evaluation: fills one in, or makes a new one.

ScoDoc looks in the first sheet for the line that starts with `!` and the evaluation's number, then takes, of
each line below that starts with `!` and an `etudid`, the mark in column E. It refuses the whole file for one
mark that is no number of the right range nor ATT, ABS, EXC or SUPR; an empty cell leaves the mark as it was
(app/scodoc/sco_saisie_notes.py and sco_excel.py of ScoDoc 9).
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from openpyxl import Workbook, load_workbook

from grader.errors import GraderError
from grader.reports.gradebook.filled_sheet import FilledSheet, SheetRow, match_rows
from grader.reports.gradebook.student_matching import MatchKeys
from grader.reports.gradebook.xlsx_cells import set_column_widths, write_cell, write_headings
from grader.reports.words import number, reason_said, word
from grader.text.escaping import one_line

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from grader.messages import Language
    from grader.reports.gradebook.book import Gradebook, GradebookEntry
    from grader.reports.result import ResultFile

WAITING: Final = "ATT"
"""En attente: the student has no mark yet, and the average does not count one."""
RESIGNED: Final = "DEM"
MARK, REMARK = 5, 6
"""Columns E and F."""
HEADING = re.compile(r"\s*note sur\s+([0-9]+(?:[.,][0-9]+)?)\s*", re.IGNORECASE)
OUT_OF: Final = 20
MAX_FILE_BYTES: Final = 16 * 2**20
MAX_LINES: Final = 20_000


@dataclass(frozen=True)
class EvaluationHeader:
    line: int
    """The line of the evaluation's number and of the headings."""
    out_of: float


def fill_sheet(data: bytes, book: Gradebook, lang: Language) -> FilledSheet:
    """The sheet `data`, as ScoDoc gave it, with marks in column E and remarks in column F.

    A student is found by `etudid`, or by last and first name. Marks are scaled to the evaluation's maximum.
    Raises `GraderError` where `data` is not such a sheet, or `book` not of one exercise.
    """
    entries = book.require_one_exercise("a sheet of ScoDoc")
    made = open_sheet(data)
    sheet = made.worksheets[0]
    place = find_header(sheet)
    lines = [
        line
        for line in range(place.line + 1, sheet.max_row + 1)
        if len(cell_text(sheet, line, 1)) > 1
        and cell_text(sheet, line, 1).startswith("!")
        and cell_text(sheet, line, 4) != RESIGNED
    ]
    rows = [sheet_row(sheet, line) for line in lines]
    found, rows_left, students_left = match_rows(rows, entries)
    remarks = [
        f"{rows[index].label}: {said}"
        for index, entry in found.items()
        if (said := fill_line(sheet, lines[index], entry, place, lang))
    ]
    out = io.BytesIO()
    made.save(out)
    return FilledSheet(out.getvalue(), tuple(rows_left), tuple(students_left), tuple(remarks))


def open_sheet(data: bytes) -> Workbook:
    if len(data) > MAX_FILE_BYTES:
        raise GraderError(f"the file is larger than {MAX_FILE_BYTES // 2**20} MiB")
    try:
        made = load_workbook(io.BytesIO(data))
    except Exception as error:
        # openpyxl raises all kinds of exceptions for other files.
        raise GraderError("this is not an .xlsx file: give the sheet that ScoDoc gives, as it is") from error
    if not made.worksheets or made.worksheets[0].max_row > MAX_LINES:
        raise GraderError(f"the first sheet is empty, or has more than {MAX_LINES} lines")
    return made


def cell_text(sheet: Worksheet, line: int, column: int) -> str:
    value = sheet.cell(line, column).value
    return "" if value is None else str(value).strip()


def find_header(sheet: Worksheet) -> EvaluationHeader:
    for line in range(1, sheet.max_row + 1):
        if cell_text(sheet, line, 1).startswith("!"):
            found = [HEADING.fullmatch(cell_text(sheet, line, column)) for column in range(1, sheet.max_column + 1)]
            if sum(one is not None for one in found) > 1:
                raise GraderError(f"line {line}: this sheet is of several evaluations: take the sheet of one")
            heading = found[MARK - 1] if len(found) >= MARK else None
            if heading is None:
                raise GraderError(f"line {line}, column E: the heading “Note sur …” was expected")
            return EvaluationHeader(line, float(heading[1].replace(",", ".")))
    raise GraderError("this is not a sheet of ScoDoc: no line starts with ! and the evaluation's number")


def sheet_row(sheet: Worksheet, line: int) -> SheetRow:
    etudid = cell_text(sheet, line, 1).removeprefix("!").strip()
    name = f"{cell_text(sheet, line, 2)} {cell_text(sheet, line, 3)}".strip()
    return SheetRow(MatchKeys((etudid,), name=name), f"line {line} ({one_line(name or etudid)})")


def fill_line(sheet: Worksheet, line: int, entry: GradebookEntry, place: EvaluationHeader, lang: Language) -> str:
    """Writes the entry into its line, or returns why the line was not changed."""
    earlier = cell_text(sheet, line, MARK)
    if entry.result is None:
        return "no result"
    if entry.mark is None and earlier not in {"", WAITING}:
        return f"not graded now, the earlier mark {one_line(earlier)} stays"
    write_cell(sheet, line, MARK, WAITING if entry.mark is None else entry.mark * place.out_of / entry.result.out_of)
    write_cell(sheet, line, REMARK, remark_text(entry.result, lang))
    return ""


def remark_text(result: ResultFile, lang: Language) -> str:
    if result.status != "graded":
        return reason_said(result, lang)
    said = f"{result.points}/{result.max_points} {word('points', lang)}"
    tried = word("provisional", lang, points=number(result.not_tried_points)) if result.provisional else ""
    return f"{said} ({tried})" if tried else said


def new_sheet(book: Gradebook, lang: Language, evaluation: str = "") -> bytes:
    """A sheet in ScoDoc's format, for a class whose ids are ScoDoc's `etudid`.

    `evaluation` is the number at the end of the URL of the evaluation's page. Without it, ScoDoc refuses the
    sheet until somebody writes it after the `!`, as the second line says.
    """
    entries = book.require_one_exercise("a sheet of ScoDoc")
    made = Workbook()
    sheet = made.worksheets[0]
    sheet.title = "Saisie notes"
    write_headings(sheet, 1, ["Feuille saisie note (à enregistrer au format excel)"])
    if not evaluation:
        write_cell(
            sheet, 2, 1, "Écrire le numéro de l'évaluation (evaluation_id, dans son adresse) derrière le ! ci-dessous"
        )
    write_headings(sheet, 4, [f"!{evaluation}", "Nom", "Prénom", "Groupe", f"Note sur {OUT_OF}", "Remarque"])
    for line, entry in enumerate((entry for entry in entries if entry.result), start=5):
        write_cell(sheet, line, 1, f"!{entry.student.id}")
        write_cell(sheet, line, 2, entry.student.name)
        write_cell(sheet, line, 4, entry.student.group)
        fill_line(sheet, line, entry, EvaluationHeader(4, OUT_OF), lang)
    set_column_widths(sheet)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()
