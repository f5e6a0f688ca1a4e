"""Cells of an .xlsx sheet: text that stays text, and readable column widths."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from openpyxl.cell.cell import MergedCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from grader.errors import GraderError
from grader.reports.gradebook.formula_injection import is_formula
from grader.text.escaping import one_line, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

MAX_CELL_LENGTH = 32_767
"""The most characters that Excel accepts in a cell."""
ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""In this format `_x001B_` stands for a control character; an id may contain that text."""


def write_cell(sheet: Worksheet, row: int, column: int, value: str | float | None) -> Cell:
    """Writes a number as a number and a text as text, never as a formula; `None` leaves the cell unchanged."""
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        raise GraderError("report.merged", cell=cell.coordinate)
    if isinstance(value, str) and value:
        cell.value = shorten(ESCAPED.sub("_x005F_", one_line(value)), MAX_CELL_LENGTH)
        # openpyxl turns `=…` into a formula and `#N/A` into an error; the prefix keeps it text when it is edited.
        cell.data_type = "s"
        cell.quotePrefix = is_formula(value)
    elif isinstance(value, (int, float)):
        cell.value = value
    return cell


def write_headings(sheet: Worksheet, row: int, texts: Iterable[str]) -> None:
    for column, text in enumerate(texts, start=1):
        write_cell(sheet, row, column, text).font = Font(bold=True)


def set_column_widths(sheet: Worksheet, narrowest: int = 8, widest: int = 60) -> None:
    """Sets each column's width to that of its content, within limits."""
    for column, cells in enumerate(sheet.iter_cols(), start=1):
        longest = max((len(str(cell.value)) for cell in cells if cell.value is not None), default=0)
        sheet.column_dimensions[get_column_letter(column)].width = min(max(longest + 2, narrowest), widest)
