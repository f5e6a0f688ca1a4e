"""Reads a class list. It is accepted or rejected as a whole, with all faults at once."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from grader.errors import RosterError
from grader.roster.cells import parse_email, parse_id, parse_repo, parse_text
from grader.roster.columns import RosterColumn, find_columns
from grader.roster.csv_table import decode_text, read_rows
from grader.roster.deadlines import deadline_columns, parse_moment
from grader.roster.limits import MAX_FILE_BYTES
from grader.roster.machine_url import parse_machine_url
from grader.roster.participant import parse_participant
from grader.roster.ports import parse_ports
from grader.roster.student import RosterStudent
from grader.roster.teams import SHARED, is_one_place
from grader.roster.xlsx_table import is_xlsx, read_xlsx_rows
from grader.text.escaping import quoted
from grader.text.folding import fold_case_and_accents

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from grader.roster.table_row import TableRow

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
        self.fault_at(line, self.column_indexes[column], fault)

    def fault_at(self, line: int, place: int, fault: RosterError) -> None:
        heading = "".join(char for char in self.headings[place] if char.isprintable()).strip()
        self.faults.append((line, RosterError("at.column", column=place + 1, heading=heading, fault=fault)))

    def cell(self, row: TableRow, column: RosterColumn) -> str:
        place = self.column_indexes.get(column)
        return self.cell_at(row, place) if place is not None else ""

    def cell_at(self, row: TableRow, place: int) -> str:
        text = row.cells[place] if place < len(row.cells) else ""
        return unicodedata.normalize("NFC", text).strip()

    def parse(
        self, row: TableRow, column: RosterColumn, parser: Callable[[str], Parsed], required: tuple[RosterColumn, ...]
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


def read_roster(
    path: Path, required: tuple[RosterColumn, ...] = ("id", "machine"), present: tuple[RosterColumn, ...] = ()
) -> tuple[RosterStudent, ...]:
    """The students of the class list at `path`, in its order.

    The file is `.xlsx`, or CSV as schools have it: comma, semicolon or tab; UTF-8, UTF-16 or Windows-1252. Headings are
    French or English. `required` names the columns that must exist and be filled in, `present` those that must exist.
    What one row of a team leaves empty of its machine, ports and repository is taken from another row of that team.

    Raises one `RosterError` that cites file, line and column of every fault: invalid ids, machines or ports, ids that
    differ only in case or accents, port ranges that overlap on one machine, teams with two machines, missing columns.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        rows = read_xlsx_rows(data) if is_xlsx(data) else read_rows(decode_text(data))
    except OSError as error:
        raise RosterError("at.file", file=path, fault=error.strerror or error) from error
    except RosterError as error:
        raise RosterError("at.file", file=path, fault=error) from error
    required = tuple(dict.fromkeys(("id", *required)))
    header, body = rows[0], rows[1:]
    where, wrong = find_columns(header.cells, (*required, *present), body[0].cells if body else ())
    reading = RosterReading(str(path), where, header.cells, [(header.line, fault) for fault in wrong])
    if "id" in where or "participant" in where:
        for row in body:
            read_row(reading, row, required)
        reject_duplicate_ids(reading)
        share_within_teams(reading, required)
        reject_overlapping_ports(reading)
    if not body:
        reading.faults.append((header.line, RosterError("roster.no-students")))
    raise_faults(reading)
    return tuple(student for _, student in reading.students)


def read_row(reading: RosterReading, row: TableRow, required: tuple[RosterColumn, ...]) -> None:
    surplus = [cell for cell in row.cells[len(reading.headings) :] if cell.strip()]
    if surplus:
        fault = RosterError("roster.surplus", cells=len(row.cells), headings=len(reading.headings))
        reading.faults.append((row.line, fault))
    if reading.cell(row, "team"):  # its team mates' rows may have these: see `share_within_teams`
        required = tuple(column for column in required if column not in SHARED)
    first, last = (reading.parse(row, column, parse_text, required) or "" for column in ("first_name", "surname"))
    student_id = reading.parse(row, "id" if "id" in reading.column_indexes else "participant", parse_id, required)
    student = RosterStudent(
        id=student_id or "",
        name=reading.parse(row, "name", parse_text, required) or f"{first} {last}".strip(),
        email=reading.parse(row, "email", parse_email, required) or "",
        group=reading.parse(row, "group", parse_text, required) or "",
        team=reading.parse(row, "team", parse_text, required) or "",
        participant=reading.parse(row, "participant", parse_participant, required) or "",
        machine=reading.parse(row, "machine", parse_machine_url, required),
        ports=reading.parse(row, "ports", parse_ports, required),
        repo=reading.parse(row, "repo", parse_repo, required) or "",
        deadlines=read_deadlines(reading, row),
    )
    reading.students.append((row.line, student))


def read_deadlines(reading: RosterReading, row: TableRow) -> tuple[tuple[str, datetime], ...]:
    found: list[tuple[str, datetime]] = []
    for place, exercise in deadline_columns(reading.headings).items():
        text = reading.cell_at(row, place)
        try:
            found += [(exercise, parse_moment(text))] if text else []
        except RosterError as error:
            reading.fault_at(row.line, place, error)
    return tuple(found)


def reject_duplicate_ids(reading: RosterReading) -> None:
    seen: dict[str, tuple[int, str]] = {}
    for line, student in reading.students:
        if not student.id:
            continue
        earlier = seen.setdefault(fold_case_and_accents(student.id), (line, student.id))
        if earlier[0] != line:
            code = "roster.id-twice" if earlier[1] == student.id else "roster.id-alike"
            reading.fault(line, "id", RosterError(code, given=quoted(student.id), line=earlier[0]))


def share_within_teams(reading: RosterReading, required: tuple[RosterColumn, ...]) -> None:
    """Gives every student of a team its machine, ports and repository; rejects a team that has two of one of them."""
    teams: dict[str, list[int]] = {}
    for index, (_, student) in enumerate(reading.students):
        if student.team:
            teams.setdefault(fold_case_and_accents(student.team), []).append(index)
    for team in teams.values():
        for column in SHARED:
            given: dict[int, Any] = {
                index: value for index in team if (value := getattr(reading.students[index][1], column))
            }
            shared: Any = next(iter(given.values()), None)
            if shared is None and column in required and column in reading.column_indexes:
                reading.fault(reading.students[team[0]][0], column, RosterError("roster.empty-cell"))
            for index, value in given.items():
                if value != shared:
                    values = {"team": quoted(reading.students[index][1].team), "given": value, "other": shared}
                    reading.fault(reading.students[index][0], column, RosterError("roster.team-differs", **values))
            for index in set(team) - given.keys() if shared else ():
                line, student = reading.students[index]
                reading.students[index] = (line, replace(student, **{column: shared}))


def reject_overlapping_ports(reading: RosterReading) -> None:
    """Rejects port ranges that overlap on the same machine; those of a team are one range."""
    machines: dict[tuple[str, str, int | None], list[tuple[int, RosterStudent]]] = {}
    for line, student in reading.students:
        if student.machine and student.ports and student.machine.scheme != "recording":
            machines.setdefault(student.machine.machine_key, []).append((line, student))
    for neighbours in machines.values():
        neighbours.sort(key=lambda neighbour: neighbour[1].ports.first if neighbour[1].ports else 0)
        widest = neighbours[0]
        for line, student in neighbours[1:]:
            ports, taken = student.ports, widest[1].ports
            if ports and taken and ports.overlaps(taken) and not is_one_place(student, widest[1]):
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
