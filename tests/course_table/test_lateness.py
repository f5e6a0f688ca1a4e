"""Late work: what is taken off, from which moment, over the change of summer time, with grace and extensions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from grader.course_table.deadlines import find_deadline
from grader.course_table.late_policy import LatePolicy
from grader.course_table.lateness import Lateness, find_lateness
from grader.course_table.table import CourseTable, ExerciseRules
from grader.roster.deadlines import parse_moment
from grader.roster.student import RosterStudent

PARIS = ZoneInfo("Europe/Paris")
PER_DAY = LatePolicy(penalty=Decimal(2), per="day", grace_minutes=10, at_most=Decimal(7))
PER_HOUR = LatePolicy(penalty=Decimal("0.5"), per="hour")
ZOE = RosterStudent(id="e1", group="A")


def course(policy: LatePolicy = PER_DAY, deadline: str = "2026-10-12 18:00", **rules: Any) -> CourseTable:
    own = ExerciseRules(deadline=parse_moment(deadline) if deadline else None, **rules)
    return CourseTable(late=policy, exercises={"tp1": own})


def late(table: CourseTable, local: str, *team: RosterStudent) -> Lateness | None:
    handed_in = parse_moment(local).replace(tzinfo=PARIS)
    return find_lateness(handed_in, find_deadline(table, "tp1", team or (ZOE,)))


@pytest.mark.parametrize(
    ("handed_in", "penalty"),
    [
        ("2026-10-12 17:59", None),
        ("2026-10-12 18:00", None),
        ("2026-10-12 18:10", None),  # still within the grace
        ("2026-10-12 18:11", 2),
        ("2026-10-13 18:00", 2),
        ("2026-10-13 18:01", 4),
        ("2026-10-15 18:00", 6),
        ("2026-10-15 18:01", 7),  # the most
        ("2027-10-15 18:01", 7),
    ],
)
def test_each_started_day_costs_up_to_the_most(handed_in: str, penalty: int | None) -> None:
    found = late(course(), handed_in)
    assert (found.penalty if found else None) == penalty


@pytest.mark.parametrize(
    ("deadline", "handed_in", "units"),
    [
        ("2026-10-24 18:00", "2026-10-25 18:00", 1),  # 25 hours: the clocks go back
        ("2026-10-24 18:00", "2026-10-25 18:01", 2),
        ("2026-03-28 18:00", "2026-03-29 18:00", 1),  # 23 hours
        ("2026-03-28 18:00", "2026-03-29 18:01", 2),
        ("2026-10-23 18:00", "2026-10-26 17:59", 3),
        ("2026-03-27 18:00", "2026-03-30 18:01", 4),
        ("2026-01-01 00:00", "2026-12-31 23:59", 365),
    ],
)
def test_a_day_ends_at_the_time_of_day_of_the_deadline_also_when_the_clocks_change(
    deadline: str, handed_in: str, units: int
) -> None:
    found = late(course(LatePolicy(penalty=Decimal(1)), deadline), handed_in)
    assert found
    assert found.units == units


def test_an_hour_has_always_60_minutes() -> None:
    table = course(PER_HOUR, "2026-10-25 01:30")
    deadline = find_deadline(table, "tp1", (ZOE,))
    assert deadline
    for minutes, units in ((1, 1), (60, 1), (61, 2), (120, 2), (121, 3)):
        found = find_lateness(deadline.at + timedelta(minutes=minutes), deadline)
        assert found
        assert (found.units, found.penalty) == (units, units * Fraction(1, 2))


def test_without_a_penalty_nothing_is_counted_after_the_deadline_and_its_grace() -> None:
    table = course(LatePolicy(grace_minutes=5))
    assert late(table, "2026-10-12 18:05") is None
    found = late(table, "2026-10-12 18:06")
    assert found
    assert not found.is_counted
    assert found.mark(Fraction(18)) == 0


def test_after_everything_is_closed_nothing_is_counted_although_there_is_a_penalty() -> None:
    table = course(closes=parse_moment("2026-10-14 18:00"))
    in_time, after = late(table, "2026-10-14 18:00"), late(table, "2026-10-14 18:01")
    assert in_time
    assert after
    assert [one.mark(Fraction(15)) for one in (in_time, after)] == [11, 0]


def test_no_mark_falls_below_zero() -> None:
    found = late(course(), "2026-10-30 18:00")
    assert found
    assert found.mark(Fraction(5)) == 0


@pytest.mark.parametrize(
    ("student", "handed_in", "is_late"),
    [
        (RosterStudent(id="e1", group="A"), "2026-10-13 12:00", True),
        (RosterStudent(id="e1", group="B"), "2026-10-13 12:00", False),  # the group's deadline
        (RosterStudent(id="e9", group="A"), "2026-10-20 12:00", False),  # an extension in the table
        (RosterStudent(id="e1", deadlines=(("tp1", parse_moment("2026-10-21")),)), "2026-10-21 23:59", False),
        (RosterStudent(id="e1", deadlines=(("", parse_moment("2026-10-21 08:00")),)), "2026-10-21 08:30", True),
        (RosterStudent(id="e1", deadlines=(("tp2", parse_moment("2026-10-21")),)), "2026-10-13 12:00", True),
    ],
)
def test_the_nearest_deadline_to_a_student_counts(student: RosterStudent, handed_in: str, *, is_late: bool) -> None:
    table = course(groups={"B": parse_moment("2026-10-13 18:00")}, students={"e9": parse_moment("2026-10-20 18:00")})
    assert (late(table, handed_in, student) is not None) == is_late


def test_an_extension_also_moves_the_end_and_a_team_has_its_latest_deadline() -> None:
    table = course(closes=parse_moment("2026-10-14 18:00"), students={"e2": parse_moment("2026-10-16 18:00")})
    pair = (ZOE, RosterStudent(id="e2"))
    assert late(table, "2026-10-16 18:00", *pair) is None
    after = late(table, "2026-10-16 18:11", *pair)
    assert after
    assert not after.is_counted


def test_an_exercise_without_a_deadline_has_no_late_work() -> None:
    assert late(course(deadline=""), "2030-01-01 00:00") is None
    assert find_deadline(CourseTable(), "tp1", (ZOE,)) is None


def test_another_time_zone_is_another_moment() -> None:
    there = replace(course(), timezone="Indian/Reunion")
    assert late(there, "2026-10-12 16:00") is None
    assert late(there, "2026-10-12 16:11")
