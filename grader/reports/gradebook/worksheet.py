"""A CSV file of someone else's, changed in some cells and left alone, to the byte, in all the others."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.errors import GraderError
from grader.roster.table import decoded, delimiter_of, encoding_of

__all__ = ["Record", "Worksheet", "read_worksheet"]


@dataclass
class Record:
    line: int
    """Where it starts in the file, counted from 1."""
    raw: list[str]
    """The cells as they are written, quotes and all."""
    end: str
    """The line's end, or nothing at the end of the file."""

    def __getitem__(self, column: int) -> str:
        """The text of a cell; nothing where the row is too short to have it."""
        cell = self.raw[column] if column < len(self.raw) else ""
        return cell[1:-1].replace('""', '"') if cell.startswith('"') else cell

    def __setitem__(self, column: int, text: str) -> None:
        if self[column] != text:
            self.raw += [""] * (column + 1 - len(self.raw))
            self.raw[column] = '"' + text.replace('"', '""') + '"' if re.search(r"""[\s",;]""", text) else text

    @property
    def is_blank(self) -> bool:
        return not any(self[column].strip() for column in range(len(self.raw)))


@dataclass
class Worksheet:
    header: Record
    records: list[Record]
    """The rows below the header, blank ones too."""
    delimiter: str
    encoding: str

    def written(self) -> bytes:
        """The file, in the encoding it came in. What that cannot write becomes an XML character reference."""
        rows = [self.header, *self.records]
        text = "".join(self.delimiter.join(row.raw) + row.end for row in rows)
        return text.encode(self.encoding, "xmlcharrefreplace")


def read_worksheet(data: bytes) -> Worksheet:
    """The rows of `data`. Raises `GraderError` where it is not a CSV file."""
    text = decoded(data)
    delimiter = delimiter_of(text.lstrip("\r\n").partition("\n")[0])
    cell = re.compile(rf'("[^"]*(?:""[^"]*)*"|[^"{delimiter}\r\n][^{delimiter}\r\n]*|)({delimiter}|\r\n|\r|\n|\Z)')
    records: list[Record] = []
    cells: list[str] = []
    place, line = 0, 1
    while place < len(text) or cells:
        found = cell.match(text, place)
        if found is None:
            raise GraderError(f"line {line}: the quotes of this row do not match")
        place = found.end()
        cells.append(found[1])
        if found[2] != delimiter:
            records.append(Record(line, cells, found[2]))
            line += len(re.findall(r"\r\n|\r|\n", "".join(cells) + found[2]))
            cells = []
    while records and records[0].is_blank:
        records.pop(0)
    if not records:
        raise GraderError("the file is empty")
    return Worksheet(records[0], records[1:], delimiter, encoding_of(data))
