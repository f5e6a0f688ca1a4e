"""ScoDoc's sheet of an evaluation: its own one filled in, or a new one.

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
from grader.reports.gradebook.cells import headings, put, widths
from grader.reports.gradebook.filled import Filled, SheetRow, pair
from grader.reports.gradebook.matching import Keys
from grader.reports.plain import one_line
from grader.reports.words import number, reason_said, word

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from grader.messages import Language
    from grader.reports.gradebook.book import Entry, Gradebook
    from grader.reports.results import ResultFile

__all__ = ["fill_sheet", "new_sheet"]

WAITING: Final = "ATT"
"""En attente: the student has no mark yet, and the average does not count one."""
RESIGNED: Final = "DEM"
MARK, REMARK = 5, 6
"""Columns E and F."""
HEADING = re.compile(r"\s*note sur\s+([0-9]+(?:[.,][0-9]+)?)\s*", re.IGNORECASE)
OUT_OF: Final = 20
LARGEST_FILE: Final = 16 * 2**20
MOST_LINES: Final = 20_000


@dataclass(frozen=True)
class Place:
    header: int
    """The line of the evaluation's number and of the headings."""
    out_of: float


def fill_sheet(data: bytes, book: Gradebook, lang: Language) -> Filled:
    """The sheet `data`, as ScoDoc gave it, with marks in column E and remarks in column F.

    A student is found by `etudid`, or by last and first name. Marks are brought to the evaluation's own maximum.
    Raises `GraderError` where `data` is not such a sheet, or `book` not of one exercise.
    """
    entries = book.of_one_exercise("a sheet of ScoDoc")
    made = opened(data)
    sheet = made.worksheets[0]
    place = find_place(sheet)
    lines = [
        line
        for line in range(place.header + 1, sheet.max_row + 1)
        if len(text(sheet, line, 1)) > 1 and text(sheet, line, 1).startswith("!") and text(sheet, line, 4) != RESIGNED
    ]
    rows = [row_of(sheet, line) for line in lines]
    found, rows_left, students_left = pair(rows, entries)
    remarks = [
        f"{rows[index].said}: {said}"
        for index, entry in found.items()
        if (said := fill(sheet, lines[index], entry, place, lang))
    ]
    out = io.BytesIO()
    made.save(out)
    return Filled(out.getvalue(), tuple(rows_left), tuple(students_left), tuple(remarks))


def opened(data: bytes) -> Workbook:
    if len(data) > LARGEST_FILE:
        raise GraderError(f"the file is larger than {LARGEST_FILE // 2**20} MiB")
    try:
        made = load_workbook(io.BytesIO(data))
    except Exception as error:
        # openpyxl lets through whatever a file of another kind makes it stumble on.
        raise GraderError("this is not an .xlsx file: give the sheet that ScoDoc gives, as it is") from error
    if not made.worksheets or made.worksheets[0].max_row > MOST_LINES:
        raise GraderError(f"the first sheet is empty, or has more than {MOST_LINES} lines")
    return made


def text(sheet: Worksheet, line: int, column: int) -> str:
    value = sheet.cell(line, column).value
    return "" if value is None else str(value).strip()


def find_place(sheet: Worksheet) -> Place:
    for line in range(1, sheet.max_row + 1):
        if text(sheet, line, 1).startswith("!"):
            found = [HEADING.fullmatch(text(sheet, line, column)) for column in range(1, sheet.max_column + 1)]
            if sum(one is not None for one in found) > 1:
                raise GraderError(f"line {line}: this sheet is of several evaluations: take the sheet of one")
            heading = found[MARK - 1] if len(found) >= MARK else None
            if heading is None:
                raise GraderError(f"line {line}, column E: the heading “Note sur …” was expected")
            return Place(line, float(heading[1].replace(",", ".")))
    raise GraderError("this is not a sheet of ScoDoc: no line starts with ! and the evaluation's number")


def row_of(sheet: Worksheet, line: int) -> SheetRow:
    etudid = text(sheet, line, 1).removeprefix("!").strip()
    name = f"{text(sheet, line, 2)} {text(sheet, line, 3)}".strip()
    return SheetRow(Keys((etudid,), name=name), f"line {line} ({one_line(name or etudid)})")


def fill(sheet: Worksheet, line: int, entry: Entry, place: Place, lang: Language) -> str:
    """Writes the entry into its line, or says why the line was kept as it was."""
    earlier = text(sheet, line, MARK)
    if entry.result is None:
        return "no result"
    if entry.mark is None and earlier not in {"", WAITING}:
        return f"not graded now, the earlier mark {one_line(earlier)} stays"
    put(sheet, line, MARK, WAITING if entry.mark is None else entry.mark * place.out_of / entry.result.out_of)
    put(sheet, line, REMARK, remark(entry.result, lang))
    return ""


def remark(result: ResultFile, lang: Language) -> str:
    if result.status != "graded":
        return reason_said(result, lang)
    said = f"{result.points}/{result.max_points} {word('points', lang)}"
    tried = word("provisional", lang, points=number(result.not_tried_points)) if result.provisional else ""
    return f"{said} ({tried})" if tried else said


def new_sheet(book: Gradebook, lang: Language, evaluation: str = "") -> bytes:
    """A sheet in ScoDoc's form, for a class whose ids are ScoDoc's own `etudid`.

    `evaluation` is the number that the address of the evaluation's page ends in. Without it ScoDoc refuses the
    sheet until somebody writes it behind the `!`, as the second line says.
    """
    entries = book.of_one_exercise("a sheet of ScoDoc")
    made = Workbook()
    sheet = made.worksheets[0]
    sheet.title = "Saisie notes"
    headings(sheet, 1, ["Feuille saisie note (à enregistrer au format excel)"])
    if not evaluation:
        put(sheet, 2, 1, "Écrire le numéro de l'évaluation (evaluation_id, dans son adresse) derrière le ! ci-dessous")
    headings(sheet, 4, [f"!{evaluation}", "Nom", "Prénom", "Groupe", f"Note sur {OUT_OF}", "Remarque"])
    for line, entry in enumerate((entry for entry in entries if entry.result), start=5):
        put(sheet, line, 1, f"!{entry.student.id}")
        put(sheet, line, 2, entry.student.name)
        put(sheet, line, 4, entry.student.group)
        fill(sheet, line, entry, Place(4, OUT_OF), lang)
    widths(sheet)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()
