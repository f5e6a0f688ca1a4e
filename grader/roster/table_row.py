"""One row of a class list, whatever the format of its file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TableRow:
    line: int
    """The line of the file where the row starts, or the row of the sheet, from 1."""
    cells: tuple[str, ...]
