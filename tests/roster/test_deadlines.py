"""Extensions in a class list."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from grader.errors import RosterError
from grader.roster.roster import read_roster

if TYPE_CHECKING:
    from pathlib import Path

EVENING = dt.datetime(2026, 10, 12, 18)  # noqa: DTZ001 - local time


@pytest.mark.parametrize(
    ("heading", "exercise"),
    [("deadline", ""), ("Échéance", ""), ("deadline tp2", "tp2"), ("Date limite TP2", "tp2"), ("extension_tp2", "tp2")],
)
@pytest.mark.parametrize("moment", ["2026-10-12 18:00", "2026-10-12T18:00:00", "12/10/2026 18h", "12/10/2026 à 18:00"])
def test_a_deadline_is_of_all_exercises_or_of_one(tmp_path: Path, heading: str, exercise: str, moment: str) -> None:
    path = tmp_path / "class.csv"
    path.write_text(f"id;{heading}\ne1;{moment}\ne2;\n", encoding="utf-8")
    first, second = read_roster(path, ("id",))
    assert first.deadlines == ((exercise, EVENING),)
    assert second.deadlines == ()


def test_without_a_time_of_day_it_is_the_end_of_the_day(tmp_path: Path) -> None:
    path = tmp_path / "class.xlsx"
    workbook = Workbook()
    workbook.worksheets[0].append(["id", "deadline"])
    workbook.worksheets[0].append(["e1", dt.date(2026, 10, 12)])
    workbook.save(path)
    [student] = read_roster(path, ("id",))
    assert student.deadlines == (("", dt.datetime(2026, 10, 12, 23, 59, 59)),)  # noqa: DTZ001 - local time


@pytest.mark.parametrize("moment", ["monday", "2026-13-01", "31/02/2026", "2026-10-12 25:00", "10-12-2026"])
def test_what_is_no_moment_is_refused_with_its_line_and_column(tmp_path: Path, moment: str) -> None:
    path = tmp_path / "class.csv"
    path.write_text(f"id;deadline tp1\ne1;{moment}\n", encoding="utf-8")
    with pytest.raises(
        RosterError, match=r":2: column 2 \(deadline tp1\): a date and time look like 2026-10-12 18:00 or"
    ):
        read_roster(path, ("id",))
