"""Reads comma, semicolon or tab separated files as schools have them: from bytes to rows."""

from __future__ import annotations

import csv
import io
import re

from grader.errors import RosterError
from grader.roster.limits import MAX_CELL_LENGTH, MAX_FILE_BYTES, MAX_ROWS
from grader.roster.table_row import TableRow

MAX_HEADER_LENGTH = 64 * 1024
SPREADSHEETS = {b"PK\x03\x04": ".ods", b"\xd0\xcf\x11\xe0": ".xls"}
BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
SEPARATOR_LINE = re.compile(r"sep=([;,\t])(?:\r\n|\r|\n)", re.IGNORECASE)
"""Excel's own first line, which names the delimiter and is not part of the table."""


def decode_text(data: bytes) -> str:
    """Decodes `data`: UTF-8 with or without a byte order mark, UTF-16 with one, otherwise Windows-1252.

    Raises `RosterError` if it is none of these, too large, or a spreadsheet file.
    """
    if len(data) > MAX_FILE_BYTES:
        raise RosterError("roster.too-large", limit=MAX_FILE_BYTES // 2**20)
    for start, kind in SPREADSHEETS.items():
        if data.startswith(start):
            raise RosterError("roster.spreadsheet", kind=kind)
    try:
        text = data.decode(encoding_of(data))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RosterError("roster.encoding", line=line) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise RosterError("roster.nul", line=line)
    return text


def encoding_of(data: bytes) -> str:
    """The encoding of `data`, in which it can also be written back."""
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            return encoding
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def delimiter_of(header: str) -> str:
    """The most frequent delimiter outside quotes in `header`; a comma if there is none."""
    bare = re.sub(r'"[^"]*"', "", header)
    return max(",;\t", key=bare.count)


def read_rows(text: str) -> list[TableRow]:
    """The rows of `text` that are not blank, the header first. Raises `RosterError` if it is not a table."""
    first_line = 1
    separator = SEPARATOR_LINE.match(text)
    if separator:
        text, first_line = text[separator.end() :], 2
    header = text.lstrip("\r\n")[:MAX_HEADER_LENGTH].splitlines()[:1] or [""]
    delimiter = separator[1] if separator else delimiter_of(header[0])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[TableRow] = []
    start = first_line
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(TableRow(start, tuple(cells)))
            if len(rows) > MAX_ROWS:
                raise RosterError("roster.too-many-rows", line=start, limit=MAX_ROWS)
            if any(len(cell) > MAX_CELL_LENGTH for cell in cells):
                raise RosterError("roster.long-cell", line=start, limit=MAX_CELL_LENGTH)
            start = first_line + reader.line_num
    except csv.Error as error:
        raise RosterError("roster.quote", line=start, why=error) from error
    if not rows:
        raise RosterError("roster.empty")
    return rows
