"""The class list: read whole, refused whole, with every fault said at once."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from grader.errors import RosterError
from grader.roster.cells import parse_email, parse_id, parse_repo, parse_text
from grader.roster.columns import Column, find_columns
from grader.roster.folding import folded
from grader.roster.machine_url import parse_machine_url
from grader.roster.ports import parse_ports
from grader.roster.quoting import quoted
from grader.roster.student import RosterStudent
from grader.roster.table import LARGEST_FILE, Row, decoded, read_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["read_roster"]

MOST_FAULTS = 100

Parsed = TypeVar("Parsed")


@dataclass
class Reading:
    """A roster while it is read: what each row gave, and every fault so far."""

    file: str
    where: dict[Column, int]
    header: tuple[str, ...]
    faults: list[tuple[int, str]] = field(default_factory=list)
    students: list[tuple[int, RosterStudent]] = field(default_factory=list)

    def fault(self, line: int, column: Column, said: str) -> None:
        place = self.where[column]
        heading = "".join(char for char in self.header[place] if char.isprintable()).strip()
        self.faults.append((line, f"column {place + 1} ({heading}): {said}"))

    def cell(self, row: Row, column: Column) -> str:
        place = self.where.get(column)
        text = row.cells[place] if place is not None and place < len(row.cells) else ""
        return unicodedata.normalize("NFC", text).strip()

    def parse(
        self, row: Row, column: Column, parser: Callable[[str], Parsed], wanted: tuple[Column, ...]
    ) -> Parsed | None:
        """What `parser` makes of a cell; `None` for an empty or a refused one, which is then a fault."""
        text = self.cell(row, column)
        if not text:
            if column in wanted and column in self.where:
                self.fault(row.line, column, "nothing is written here")
            return None
        try:
            return parser(text)
        except RosterError as error:
            self.fault(row.line, column, str(error))
            return None


def read_roster(path: Path, wanted: tuple[Column, ...] = ("id", "machine")) -> tuple[RosterStudent, ...]:
    """The students of the class list at `path`, in its order.

    It is CSV as schools have it: comma, semicolon or tab; UTF-8, UTF-16 or Windows-1252; French or English
    headings. `wanted` names the columns that must be there and filled in; the others may be missing.

    Raises one `RosterError` that cites file, line and column of every fault: unusable ids, machines or ports,
    ids that differ only in case or accents, port ranges that overlap on one machine, missing columns.
    """
    try:
        with path.open("rb") as file:
            rows = read_rows(decoded(file.read(LARGEST_FILE + 1)))
    except OSError as error:
        raise RosterError(f"{path}: {error.strerror or error}") from error
    except RosterError as error:
        raise RosterError(f"{path}: {error}") from error
    wanted = tuple(dict.fromkeys(("id", *wanted)))
    header, body = rows[0], rows[1:]
    where, wrong = find_columns(header.cells, wanted)
    reading = Reading(str(path), where, header.cells, [(header.line, fault) for fault in wrong])
    if "id" in where:
        for row in body:
            read_row(reading, row, wanted)
        refuse_same_ids(reading)
        refuse_shared_ports(reading)
    if not body:
        reading.faults.append((header.line, "there is no student below the headings"))
    refuse(reading)
    return tuple(student for _, student in reading.students)


def read_row(reading: Reading, row: Row, wanted: tuple[Column, ...]) -> None:
    surplus = [cell for cell in row.cells[len(reading.header) :] if cell.strip()]
    if surplus:
        said = f"{len(row.cells)} cells for {len(reading.header)} headings: a delimiter inside a cell needs quotes"
        reading.faults.append((row.line, said))
    first, last = (reading.parse(row, column, parse_text, wanted) or "" for column in ("first_name", "surname"))
    student = RosterStudent(
        id=reading.parse(row, "id", parse_id, wanted) or "",
        name=reading.parse(row, "name", parse_text, wanted) or f"{first} {last}".strip(),
        email=reading.parse(row, "email", parse_email, wanted) or "",
        group=reading.parse(row, "group", parse_text, wanted) or "",
        machine=reading.parse(row, "machine", parse_machine_url, wanted),
        ports=reading.parse(row, "ports", parse_ports, wanted),
        repo=reading.parse(row, "repo", parse_repo, wanted) or "",
    )
    reading.students.append((row.line, student))


def refuse_same_ids(reading: Reading) -> None:
    seen: dict[str, tuple[int, str]] = {}
    for line, student in reading.students:
        if not student.id:
            continue
        earlier = seen.setdefault(folded(student.id), (line, student.id))
        if earlier[0] != line:
            why = "" if earlier[1] == student.id else " (case and accents do not tell two ids apart)"
            reading.fault(line, "id", f"{quoted(student.id)} is already on line {earlier[0]}{why}")


def refuse_shared_ports(reading: Reading) -> None:
    """Every student's range must be their own, on what the roster writes as one machine."""
    machines: dict[tuple[str, str, int | None], list[tuple[int, RosterStudent]]] = {}
    for line, student in reading.students:
        if student.machine and student.ports and student.machine.scheme != "recording":
            machines.setdefault(student.machine.place, []).append((line, student))
    for neighbours in machines.values():
        neighbours.sort(key=lambda neighbour: neighbour[1].ports.first if neighbour[1].ports else 0)
        widest = neighbours[0]
        for line, student in neighbours[1:]:
            ports, taken = student.ports, widest[1].ports
            if ports and taken and ports.overlaps(taken):
                said = f"{ports} overlaps {taken} of {quoted(widest[1].id)} (line {widest[0]}) on the same machine"
                reading.fault(line, "ports", said)
            if ports and taken and ports.last > taken.last:
                widest = (line, student)


def refuse(reading: Reading) -> None:
    if not reading.faults:
        return
    faults = sorted(reading.faults, key=lambda fault: fault[0])
    said = [f"{reading.file}:{line}: {text}" for line, text in faults[:MOST_FAULTS]]
    if len(faults) > MOST_FAULTS:
        said.append(f"… and {len(faults) - MOST_FAULTS} more")
    raise RosterError("\n".join(said))
