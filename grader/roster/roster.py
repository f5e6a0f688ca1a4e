"""Reads a class list. It is accepted or rejected as a whole, with all faults at once."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from grader.errors import RosterError
from grader.roster.cells import parse_email, parse_id, parse_repo, parse_text
from grader.roster.columns import RosterColumn, find_columns
from grader.roster.csv_table import MAX_FILE_BYTES, CsvRow, decode_text, read_rows
from grader.roster.machine_url import parse_machine_url
from grader.roster.ports import parse_ports
from grader.roster.student import RosterStudent
from grader.text.escaping import quoted
from grader.text.folding import fold_case_and_accents

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAX_FAULTS = 100

Parsed = TypeVar("Parsed")


@dataclass
class RosterReading:
    """A roster while it is read: its students and faults so far."""

    file: str
    column_indexes: dict[RosterColumn, int]
    headings: tuple[str, ...]
    faults: list[tuple[int, RosterError]] = field(default_factory=list)
    students: list[tuple[int, RosterStudent]] = field(default_factory=list)

    def fault(self, line: int, column: RosterColumn, fault: RosterError) -> None:
        place = self.column_indexes[column]
        heading = "".join(char for char in self.headings[place] if char.isprintable()).strip()
        self.faults.append((line, RosterError("at.column", column=place + 1, heading=heading, fault=fault)))

    def cell(self, row: CsvRow, column: RosterColumn) -> str:
        place = self.column_indexes.get(column)
        text = row.cells[place] if place is not None and place < len(row.cells) else ""
        return unicodedata.normalize("NFC", text).strip()

    def parse(
        self, row: CsvRow, column: RosterColumn, parser: Callable[[str], Parsed], required: tuple[RosterColumn, ...]
    ) -> Parsed | None:
        """The parsed cell; `None` if it is empty or wrong. A wrong cell is noted as a fault."""
        text = self.cell(row, column)
        if not text:
            if column in required and column in self.column_indexes:
                self.fault(row.line, column, RosterError("roster.empty-cell"))
            return None
        try:
            return parser(text)
        except RosterError as error:
            self.fault(row.line, column, error)
            return None


def read_roster(path: Path, required: tuple[RosterColumn, ...] = ("id", "machine")) -> tuple[RosterStudent, ...]:
    """The students of the class list at `path`, in its order.

    The file is CSV as schools have it: comma, semicolon or tab; UTF-8, UTF-16 or Windows-1252; French or English
    headings. `required` names the columns that must exist and be filled in.

    Raises one `RosterError` that cites file, line and column of every fault: invalid ids, machines or ports,
    ids that differ only in case or accents, port ranges that overlap on one machine, missing columns.
    """
    try:
        with path.open("rb") as file:
            rows = read_rows(decode_text(file.read(MAX_FILE_BYTES + 1)))
    except OSError as error:
        raise RosterError("at.file", file=path, fault=error.strerror or error) from error
    except RosterError as error:
        raise RosterError("at.file", file=path, fault=error) from error
    required = tuple(dict.fromkeys(("id", *required)))
    header, body = rows[0], rows[1:]
    where, wrong = find_columns(header.cells, required)
    reading = RosterReading(str(path), where, header.cells, [(header.line, fault) for fault in wrong])
    if "id" in where:
        for row in body:
            read_row(reading, row, required)
        reject_duplicate_ids(reading)
        reject_overlapping_ports(reading)
    if not body:
        reading.faults.append((header.line, RosterError("roster.no-students")))
    raise_faults(reading)
    return tuple(student for _, student in reading.students)


def read_row(reading: RosterReading, row: CsvRow, required: tuple[RosterColumn, ...]) -> None:
    surplus = [cell for cell in row.cells[len(reading.headings) :] if cell.strip()]
    if surplus:
        fault = RosterError("roster.surplus", cells=len(row.cells), headings=len(reading.headings))
        reading.faults.append((row.line, fault))
    first, last = (reading.parse(row, column, parse_text, required) or "" for column in ("first_name", "surname"))
    student = RosterStudent(
        id=reading.parse(row, "id", parse_id, required) or "",
        name=reading.parse(row, "name", parse_text, required) or f"{first} {last}".strip(),
        email=reading.parse(row, "email", parse_email, required) or "",
        group=reading.parse(row, "group", parse_text, required) or "",
        machine=reading.parse(row, "machine", parse_machine_url, required),
        ports=reading.parse(row, "ports", parse_ports, required),
        repo=reading.parse(row, "repo", parse_repo, required) or "",
    )
    reading.students.append((row.line, student))


def reject_duplicate_ids(reading: RosterReading) -> None:
    seen: dict[str, tuple[int, str]] = {}
    for line, student in reading.students:
        if not student.id:
            continue
        earlier = seen.setdefault(fold_case_and_accents(student.id), (line, student.id))
        if earlier[0] != line:
            code = "roster.id-twice" if earlier[1] == student.id else "roster.id-alike"
            reading.fault(line, "id", RosterError(code, given=quoted(student.id), line=earlier[0]))


def reject_overlapping_ports(reading: RosterReading) -> None:
    """Rejects port ranges that overlap on the same machine."""
    machines: dict[tuple[str, str, int | None], list[tuple[int, RosterStudent]]] = {}
    for line, student in reading.students:
        if student.machine and student.ports and student.machine.scheme != "recording":
            machines.setdefault(student.machine.machine_key, []).append((line, student))
    for neighbours in machines.values():
        neighbours.sort(key=lambda neighbour: neighbour[1].ports.first if neighbour[1].ports else 0)
        widest = neighbours[0]
        for line, student in neighbours[1:]:
            ports, taken = student.ports, widest[1].ports
            if ports and taken and ports.overlaps(taken):
                values = {"ports": ports, "taken": taken, "student": quoted(widest[1].id), "line": widest[0]}
                reading.fault(line, "ports", RosterError("roster.ports-overlap", **values))
            if ports and taken and ports.last > taken.last:
                widest = (line, student)


def raise_faults(reading: RosterReading) -> None:
    if not reading.faults:
        return
    faults = sorted(reading.faults, key=lambda fault: fault[0])
    shown = [RosterError("at.line", file=reading.file, line=line, fault=fault) for line, fault in faults[:MAX_FAULTS]]
    if len(faults) > MAX_FAULTS:
        shown.append(RosterError("roster.more", count=len(faults) - MAX_FAULTS))
    raise RosterError("roster.faults", faults=tuple(shown))
