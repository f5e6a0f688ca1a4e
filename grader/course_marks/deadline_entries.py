"""Notes deadlines in the ledger of a results folder, so that a deadline that was moved can be seen later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader.ledger.ledger import NewEntry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from grader.course_table.table import CourseTable
    from grader.ledger.chain import Entry
    from grader.ledger.ledger import Ledger
    from grader.roster.student import RosterStudent

_Key = tuple[str, str, str]
"""Exercise, group and student; the last two are empty for everybody's."""


def note_deadlines(ledger: Ledger, table: CourseTable, roster: Sequence[RosterStudent]) -> None:
    """Appends what differs from the deadlines that the ledger has; one that is no longer set has no `until`."""
    with ledger.transaction():
        noted = _noted(ledger.entries)
        now = {(body["exercise"], body["group"], student): body for body, student in _bodies(table, roster)}
        gone = {key: {"exercise": key[0], "group": key[1], "until": None} for key in noted if key not in now}
        changed = {
            key: body
            for key, body in (now | gone).items()
            if noted.get(key) != body and not (key in gone and noted[key]["until"] is None)
        }
        if changed:
            ledger.append_all(NewEntry("deadline", body, key[2]) for key, body in changed.items())


def _noted(entries: Sequence[Entry]) -> dict[_Key, dict[str, Any]]:
    """The last entry of each deadline."""
    return {
        (str(entry.body["exercise"]), str(entry.body["group"]), entry.student): entry.body
        for entry in entries
        if entry.kind == "deadline"
    }


def _bodies(table: CourseTable, roster: Sequence[RosterStudent]) -> Iterator[tuple[dict[str, Any], str]]:
    for exercise, rules in table.exercises.items():
        policy = table.late_policy(exercise)
        for student in roster:
            for of, moment in student.deadlines:
                if of in {"", exercise} and student.id not in rules.students:
                    yield _body(table, exercise, moment), student.id
        for student_id, moment in rules.students.items():
            yield _body(table, exercise, moment), student_id
        for group, moment in rules.groups.items():
            yield _body(table, exercise, moment, group), ""
        if rules.deadline:
            general: dict[str, Any] = {
                "closes": table.moment(rules.closes).isoformat() if rules.closes else None,
                "grace_minutes": policy.grace_minutes,
                "penalty": str(policy.penalty),
                "per": policy.per,
                "at_most": None if policy.at_most is None else str(policy.at_most),
            }
            yield _body(table, exercise, rules.deadline) | general, ""


def _body(table: CourseTable, exercise: str, moment: datetime, group: str = "") -> dict[str, Any]:
    return {"exercise": exercise, "group": group, "until": table.moment(moment).isoformat()}
