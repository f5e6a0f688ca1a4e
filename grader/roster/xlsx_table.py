"""Reads the first visible sheet of an `.xlsx` file: from bytes to rows, as text."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import zipfile
from typing import TYPE_CHECKING, Final

from grader.errors import RosterError
from grader.extras import require_extra
from grader.roster.limits import MAX_CELL_LENGTH, MAX_FILE_BYTES, MAX_ROWS
from grader.roster.table_row import TableRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openpyxl import Workbook

_ZIP: Final = b"PK\x03\x04"
_WORKBOOK: Final = "xl/workbook.xml"
_MAX_UNPACKED_BYTES: Final = 16 * MAX_FILE_BYTES
_MAX_COLUMNS: Final = 200


def is_xlsx(data: bytes) -> bool:
    """Whether `data` is a workbook of Excel, and not another zip file such as `.ods`."""
    if not data.startswith(_ZIP):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _WORKBOOK in archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def read_xlsx_rows(data: bytes) -> list[TableRow]:
    """The rows that are not blank, the header first. Raises `RosterError` if there is no table.

    A formula counts with the value that was last computed for it.
    """
    require_extra("teacher", ".xlsx")
    _reject_bomb(data)
    workbook = _open(data)
    try:
        rows = _rows(workbook)
    finally:
        workbook.close()
    if not rows:
        raise RosterError("roster.empty")
    return rows


def _reject_bomb(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MAX_UNPACKED_BYTES:
            raise RosterError("roster.too-large", limit=_MAX_UNPACKED_BYTES // 2**20)


def _open(data: bytes) -> Workbook:
    from openpyxl import load_workbook  # noqa: PLC0415 - of an extra

    try:
        return load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except Exception as error:
        # openpyxl raises all kinds of exceptions for a damaged file.
        raise RosterError("roster.xlsx") from error


def _rows(workbook: Workbook) -> list[TableRow]:
    rows = [TableRow(line, _cells(values)) for line, values in enumerate(_values(workbook), start=1)]
    if len(rows) > MAX_ROWS:
        raise RosterError("roster.too-many-rows", line=len(rows), limit=MAX_ROWS)
    for row in rows:
        if any(len(cell) > MAX_CELL_LENGTH for cell in row.cells):
            raise RosterError("roster.long-cell", line=row.line, limit=MAX_CELL_LENGTH)
    return [row for row in rows if row.cells]


def _values(workbook: Workbook) -> list[tuple[object, ...]]:
    """The rows of the first visible sheet, within limits: a damaged or hostile file may name any size."""
    sheet = next((sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"), None)
    if sheet is None:
        return []
    try:
        return list(itertools.islice(sheet.iter_rows(max_col=_MAX_COLUMNS, values_only=True), MAX_ROWS + 1))
    except Exception as error:
        raise RosterError("roster.xlsx") from error


def _cells(values: Iterable[object]) -> tuple[str, ...]:
    """The cells as text, without empty ones at the end."""
    cells = [_text(value) for value in values]
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case float() if value.is_integer():  # an id such as 22301234 that the sheet keeps as a number
            return str(int(value))
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case dt.datetime():
            return value.isoformat(" ", "seconds")
        case _:
            return str(value).strip()
