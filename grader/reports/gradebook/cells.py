"""Cells of an .xlsx sheet: text that stays text, widths that can be read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from openpyxl.cell.cell import MergedCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from grader.errors import GraderError
from grader.reports.gradebook.disarming import is_formula
from grader.reports.plain import one_line, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["headings", "put", "widths"]

LONGEST = 32_767
"""Characters that Excel takes in a cell."""
ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""In this format `_x001B_` stands for a control character; an id may hold just that text."""


def put(sheet: Worksheet, row: int, column: int, value: str | float | None) -> Cell:
    """Writes a number as a number and a text as a text, never as a formula; nothing leaves the cell as it is."""
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        raise GraderError(f"cell {cell.coordinate} is merged with others: it cannot be filled in")
    if isinstance(value, str) and value:
        cell.value = shortened(ESCAPED.sub("_x005F_", one_line(value)), LONGEST)
        # openpyxl makes a formula of `=…` and an error of `#N/A`; the prefix keeps it text when somebody edits it.
        cell.data_type = "s"
        cell.quotePrefix = is_formula(value)
    elif isinstance(value, (int, float)):
        cell.value = value
    return cell


def headings(sheet: Worksheet, row: int, texts: Iterable[str]) -> None:
    for column, text in enumerate(texts, start=1):
        put(sheet, row, column, text).font = Font(bold=True)


def widths(sheet: Worksheet, narrowest: int = 8, widest: int = 60) -> None:
    """Columns as wide as what they hold, within reason."""
    for column, cells in enumerate(sheet.iter_cols(), start=1):
        longest = max((len(str(cell.value)) for cell in cells if cell.value is not None), default=0)
        sheet.column_dimensions[get_column_letter(column)].width = min(max(longest + 2, narrowest), widest)
