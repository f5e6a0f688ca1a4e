"""A course table is read as it is written, and every mistake in it gives one sentence with its line."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from grader.course_table.known_students import extensions_of_nobody
from grader.course_table.table import CourseTable, read_course_table
from grader.errors import ExerciseError
from grader.roster.student import RosterStudent

if TYPE_CHECKING:
    from pathlib import Path

FULL = """\
title = { fr = "Conteneurs", en = "Containers" }
timezone = "Europe/Paris"
pass_mark = 10
rounding = 0.25
cap = 20
drop_lowest = 1
missing = "zero"

[late]
grace_minutes = 15
penalty = 0.5
per = "day"
at_most = 4

[exercises.tp1]
coefficient = 0.5
attempt = "best"
deadline = 2026-10-12 18:00:00
closes = 2026-10-19 18:00:00
groups = { B = 2026-10-13 18:00:00 }

[exercises.tp1.students]
e2301234 = 2026-10-16 18:00:00

[exercises.tp2]
deadline = 2026-11-02T18:00:00+01:00
late = { penalty = 1, per = "hour" }

[skills."AC23.02"]
title = { fr = "Utiliser des services virtualisés", en = "Use virtual services" }

[skills.C3]
includes = ["AC23.02"]
"""


def read(tmp_path: Path, text: str) -> CourseTable:
    path = tmp_path / "course.toml"
    path.write_text(text, encoding="utf-8")
    return read_course_table(path)


def test_a_table_is_read_with_exact_numbers(tmp_path: Path) -> None:
    table = read(tmp_path, FULL)
    assert (table.rounding, table.late.penalty, table.rules_of("tp1").coefficient) == (
        Decimal("0.25"),
        Decimal("0.5"),
        Decimal("0.5"),
    )
    assert table.late_policy("tp1").at_most == 4
    assert table.late_policy("tp2").per == "hour"
    assert table.skills["C3"].includes == ["AC23.02"]


def test_moments_are_those_of_the_courses_time_zone_unless_an_offset_is_written(tmp_path: Path) -> None:
    table = read(tmp_path, FULL)
    summer, winter = table.rules_of("tp1").deadline, table.rules_of("tp2").deadline
    assert summer
    assert winter
    assert table.moment(summer) == datetime(2026, 10, 12, 16, tzinfo=UTC)
    assert table.moment(winter) == datetime(2026, 11, 2, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        (datetime(2026, 10, 25, 2, 30), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),  # occurs twice  # noqa: DTZ001
        (datetime(2026, 3, 29, 2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # never occurs  # noqa: DTZ001
    ],
)
def test_of_an_hour_that_occurs_twice_or_never_the_later_reading_counts(written: datetime, utc: datetime) -> None:
    assert CourseTable().moment(written) == utc


def test_without_a_table_everything_has_a_default() -> None:
    table = CourseTable()
    assert table.rules_of("tp9").attempt == "last"
    assert table.cap_of("tp9") == 20
    assert table.late_policy("tp9").penalty == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rounding = 0.25\nroundng = 1\n", ":1: Object contains unknown field `roundng`"),
        ("x", ": not TOML: "),
        ('\ntimezone = "Paris"\n', ":2: a time zone looks like Europe/Paris, not 'Paris'"),
        ('timezone = "../../etc/passwd"\n', ":1: a time zone looks like Europe/Paris"),
        ("rounding = 0\n", ":1: `rounding` is the step to round to"),
        ("pass_mark = -1\n", ":1: `pass_mark` is a number of at least 0, not -1"),
        ("cap = nan\n", ":1: `cap` is a number of at least 0, not NaN"),
        ("[late]\npenalty = -2\n", ":2: `late.penalty` is a number of at least 0, not -2"),
        ("drop_lowest = -1\n", ":1: `drop_lowest` is a number of at least 0"),
        ('[exercises.tp1]\ndeadline = "monday"\n', ":2: "),
        ('[exercises.tp1]\nattempt = "newest"\n', ":2: Invalid enum value 'newest'"),
        ("[exercises.tp1]\nlate = { penalty = 1 }\n", ":2: tp1 has a `late`, but no deadline"),
        (
            "[exercises.tp1]\ndeadline = 2026-10-12 18:00:00\ncloses = 2026-10-11 18:00:00\n",
            ":3: tp1 closes before its deadline",
        ),
        ('[skills.C3]\nincludes = ["AC1"]\n', ":1: C3 includes 'AC1'; it must be another skill"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ExerciseError) as refused:
        read(tmp_path, text)
    assert f"{tmp_path / 'course.toml'}{said}" in str(refused.value)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("students = { e3 = 2026-10-12 18:00:00 }", "names 'e3', who is not in the roster"),
        ("groups = { C = 2026-10-12 18:00:00 }", "names 'C'; the groups of the roster are: A, B"),
    ],
)
def test_an_extension_of_nobody_is_a_warning(tmp_path: Path, rules: str, said: str) -> None:
    roster = (RosterStudent(id="e1", group="A"), RosterStudent(id="e2", group="B"))
    table = read(tmp_path, f"[exercises.tp1]\n{rules}\n")
    [warning] = extensions_of_nobody(table, tmp_path / "course.toml", roster)
    assert said in str(warning)
    fine = read(
        tmp_path, "[exercises.tp1]\nstudents = { e1 = 2026-10-12 18:00:00 }\ngroups = { B = 2026-10-12 18:00:00 }\n"
    )
    assert list(extensions_of_nobody(fine, tmp_path, roster)) == []


def test_a_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExerciseError, match=r"course\.toml: No such file"):
        read_course_table(tmp_path / "course.toml")
