"""A CSV file that can be edited in some cells while all others stay the same, to the byte."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.errors import GraderError
from grader.roster.csv_table import decode_text, delimiter_of, encoding_of


@dataclass
class CsvRecord:
    line: int
    """Its first line in the file, from 1."""
    raw: list[str]
    """The cells as written, with their quotes."""
    end: str
    """The line ending; empty at the end of the file."""

    def __getitem__(self, column: int) -> str:
        """The text of a cell; empty if the row is too short."""
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
class EditableCsv:
    header: CsvRecord
    records: list[CsvRecord]
    """The rows below the header, including blank ones."""
    delimiter: str
    encoding: str

    def encode(self) -> bytes:
        """The file, in its original encoding. Characters that it lacks become XML character references."""
        rows = [self.header, *self.records]
        text = "".join(self.delimiter.join(row.raw) + row.end for row in rows)
        return text.encode(self.encoding, "xmlcharrefreplace")


def read_editable_csv(data: bytes) -> EditableCsv:
    """The rows of `data`. Raises `GraderError` if it is not a CSV file."""
    text = decode_text(data)
    delimiter = delimiter_of(text.lstrip("\r\n").partition("\n")[0])
    cell = re.compile(rf'("[^"]*(?:""[^"]*)*"|[^"{delimiter}\r\n][^{delimiter}\r\n]*|)({delimiter}|\r\n|\r|\n|\Z)')
    records: list[CsvRecord] = []
    cells: list[str] = []
    place, line = 0, 1
    while place < len(text) or cells:
        found = cell.match(text, place)
        if found is None:
            raise GraderError("report.quotes", line=line)
        place = found.end()
        cells.append(found[1])
        if found[2] != delimiter:
            records.append(CsvRecord(line, cells, found[2]))
            line += len(re.findall(r"\r\n|\r|\n", "".join(cells) + found[2]))
            cells = []
    while records and records[0].is_blank:
        records.pop(0)
    if not records:
        raise GraderError("report.empty")
    return EditableCsv(records[0], records[1:], delimiter, encoding_of(data))
