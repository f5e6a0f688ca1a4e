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
from grader.messages import Texts
from grader.reports.gradebook.filled_sheet import FilledSheet, SheetRow, fill_rows
from grader.reports.gradebook.student_matching import MatchKeys
from grader.reports.gradebook.xlsx_cells import set_column_widths, write_cell, write_headings
from grader.text.escaping import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.worksheet.worksheet import Worksheet

    from grader.messages import Language
    from grader.reports.gradebook.book import Gradebook
    from grader.reports.gradebook.filled_sheet import SheetEntry

WAITING: Final = "ATT"
"""En attente: the student has no mark yet, and the average does not count one."""
ABSENCES: Final = {"absent": "ABS", "excused": "EXC"}
"""ABS counts as zero in ScoDoc's average, EXC does not count."""
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
    """As `fill_sheet_rows`, of the one exercise of `book`; of several, raises `GraderError`."""
    return fill_sheet_rows(data, book.require_one_exercise("ScoDoc"), lang)


def fill_sheet_rows(data: bytes, entries: Sequence[SheetEntry], lang: Language) -> FilledSheet:
    """The sheet `data`, as ScoDoc gave it, with marks in column E and remarks in column F.

    A student is found by `etudid`, or by last and first name. Marks are scaled to the evaluation's maximum.
    Raises `GraderError` if `data` is not such a sheet.
    """
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
    texts = Texts("reports", lang)
    rows = [sheet_row(sheet, line, texts) for line in lines]

    def fill(index: int, entry: SheetEntry) -> str:
        return fill_line(sheet, lines[index], entry, place.out_of, texts)

    parts = fill_rows(rows, entries, fill, texts)
    out = io.BytesIO()
    made.save(out)
    return FilledSheet(out.getvalue(), *parts)


def open_sheet(data: bytes) -> Workbook:
    if len(data) > MAX_FILE_BYTES:
        raise GraderError("scodoc.too-large", limit=MAX_FILE_BYTES // 2**20)
    try:
        made = load_workbook(io.BytesIO(data))
    except Exception as error:
        # openpyxl raises all kinds of exceptions for other files.
        raise GraderError("scodoc.not-xlsx") from error
    if not made.worksheets or made.worksheets[0].max_row > MAX_LINES:
        raise GraderError("scodoc.size", limit=MAX_LINES)
    return made


def cell_text(sheet: Worksheet, line: int, column: int) -> str:
    value = sheet.cell(line, column).value
    return "" if value is None else str(value).strip()


def find_header(sheet: Worksheet) -> EvaluationHeader:
    for line in range(1, sheet.max_row + 1):
        if cell_text(sheet, line, 1).startswith("!"):
            found = [HEADING.fullmatch(cell_text(sheet, line, column)) for column in range(1, sheet.max_column + 1)]
            if sum(one is not None for one in found) > 1:
                raise GraderError("scodoc.several", line=line)
            heading = found[MARK - 1] if len(found) >= MARK else None
            if heading is None:
                raise GraderError("scodoc.heading", line=line)
            return EvaluationHeader(line, float(heading[1].replace(",", ".")))
    raise GraderError("scodoc.not-a-sheet")


def sheet_row(sheet: Worksheet, line: int, texts: Texts) -> SheetRow:
    etudid = cell_text(sheet, line, 1).removeprefix("!").strip()
    name = f"{cell_text(sheet, line, 2)} {cell_text(sheet, line, 3)}".strip()
    return SheetRow(MatchKeys((etudid,), name=name), texts("row", line=line, name=one_line(name or etudid)))


def fill_line(sheet: Worksheet, line: int, entry: SheetEntry, out_of: float, texts: Texts) -> str:
    """Writes the entry into its line, or returns why the line was not changed."""
    earlier, mark = cell_text(sheet, line, MARK), entry.mark
    if mark is None and not entry.absence and earlier not in {"", WAITING}:
        return texts("kept.earlier", mark=one_line(earlier))
    without = ABSENCES.get(entry.absence, WAITING)
    write_cell(sheet, line, MARK, without if mark is None else mark * out_of / entry.out_of)
    write_cell(sheet, line, REMARK, entry.remark(texts.language))
    return ""


def new_sheet(book: Gradebook, lang: Language, evaluation: str = "") -> bytes:
    """As `new_sheet_of`, of the one exercise of `book`; of several, raises `GraderError`."""
    return new_sheet_of(book.require_one_exercise("ScoDoc"), lang, evaluation)


def new_sheet_of(entries: Sequence[SheetEntry], lang: Language, evaluation: str = "") -> bytes:
    """A sheet in ScoDoc's format, for a class whose ids are ScoDoc's `etudid`.

    `evaluation` is the number at the end of the URL of the evaluation's page. Without it, ScoDoc refuses the
    sheet until somebody writes it after the `!`, as the second line says.
    """
    texts = Texts("reports", lang)
    made = Workbook()
    sheet = made.worksheets[0]
    # The words of the sheet itself are ScoDoc's, which exists in French only.
    sheet.title = "Saisie notes"
    write_headings(sheet, 1, ["Feuille saisie note (à enregistrer au format excel)"])
    if not evaluation:
        write_cell(sheet, 2, 1, texts("scodoc.write-number"))
    write_headings(sheet, 4, [f"!{evaluation}", "Nom", "Prénom", "Groupe", f"Note sur {OUT_OF}", "Remarque"])
    line = 4
    for entry in entries:
        if entry.is_empty:
            continue
        line += 1
        write_cell(sheet, line, 1, f"!{entry.student.id}")
        write_cell(sheet, line, 2, entry.student.name)
        write_cell(sheet, line, 4, entry.student.group)
        fill_line(sheet, line, entry, OUT_OF, texts)
    set_column_widths(sheet)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()
