"""The gradebooks of a whole course agree with a second computation by other code, to the hundredth."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from grader.ledger.reading import read_entries
from grader.ledger.signing_key import create_key
from tests.course_marks.independent import Course, Expected
from tests.course_marks.planned_course import CORRECTIONS, FORGOTTEN, LATE, NOTHING, PlannedCourse
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

EXERCISES = ("tp1", "tp2", "tp3")


@dataclass
class ReportedCourse:
    plan: PlannedCourse
    expected: dict[str, Expected]

    @property
    def reports(self) -> Path:
        return self.plan.results / "reports"

    def rows(self, name: str, delimiter: str = ",", encoding: str = "utf-8") -> dict[str, dict[str, str]]:
        """The rows of a CSV file by the text of their first column."""
        text = (self.reports / name).read_text(encoding=encoding)
        table = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
        assert table.fieldnames
        return {row[table.fieldnames[0]]: row for row in table}


def report(plan: PlannedCourse, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from grader.cli import main; main()", "report", str(plan.results)]
    command += ["--roster", str(plan.roster), "--course", str(plan.table), "--lang", "fr", *options]
    environ = {**os.environ, **plan.environ}
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=600)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> ReportedCourse:
    folder = tmp_path_factory.mktemp("course")
    create_key(folder / "key.pem")
    environ = {"GRADER_LEDGER_KEY": str(folder / "key.pem"), "XDG_STATE_HOME": str(folder / "state")}
    plan = PlannedCourse(folder, environ)
    plan.write()
    done = report(plan, "--page")
    assert done.returncode == 0, done.stderr
    other = Course(plan.roster, plan.table, plan.results, CORRECTIONS)
    return ReportedCourse(plan, {student["id"]: other.expected(student) for student in other.students})


def number(text: str) -> Decimal | None:
    return Decimal(text.replace(",", ".")) if text else None


def test_the_course_is_as_planned(course: ReportedCourse) -> None:
    """The plan has what it promises: otherwise the comparison would prove less."""
    found = course.expected
    assert len(found) == 120
    assert sum(bool(course.plan.team_of(one)) for one in found) == 31
    states = [state for one in found.values() for state in one.states.values()]
    assert len(NOTHING) == 5
    assert "excused" in states
    assert len({mark for one in found.values() for mark in one.marks.values()}) >= 15
    assert sum(one.course is not None for one in found.values()) == 120
    assert len(LATE) == 15


def test_every_mark_of_the_plain_file_is_that_of_the_second_computation(course: ReportedCourse) -> None:
    rows = course.rows("course.csv")
    assert rows.keys() == course.expected.keys()
    differing = {}
    for student, expected in course.expected.items():
        row = rows[student]
        found = ({one: number(row[one]) for one in EXERCISES}, number(row["mark"]))
        states = {one: row[f"{one}_state"] for one in EXERCISES}
        skills = {name.removeprefix("skill_"): number(text) for name, text in row.items() if name.startswith("skill_")}
        wanted = (expected.marks, expected.course)
        if (found, states) != (wanted, expected.states) or {
            name: one for name, one in skills.items() if one is not None
        } != expected.skills:
            differing[student] = (found, states, skills, expected)
    assert differing == {}


def test_the_files_for_people_have_the_same_marks(course: ReportedCourse) -> None:
    excel = course.rows("course-excel.csv", ";", "utf-8-sig")
    sheet = load_workbook(course.reports / "course.xlsx").worksheets[0]
    header, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    place = header.index("note du cours")
    for row in rows:
        expected = course.expected[str(row[0])]
        assert Decimal(str(row[place])) == expected.course
        assert number(excel[str(row[0])]["note du cours"]) == expected.course
        for column, mark in zip(row[4:7], expected.marks.values(), strict=True):
            assert isinstance(column, str) if mark is None else Decimal(str(column)) == mark


def test_moodle_and_scodoc_get_the_same_marks(course: ReportedCourse) -> None:
    moodle = course.rows("course-moodle-import.csv")
    assert {one: number(row["course"]) for one, row in moodle.items()} == {
        one: expected.course for one, expected in course.expected.items()
    }
    sheet = load_workbook(course.reports / "course-scodoc.xlsx").worksheets[0]
    marks = {str(row[0])[1:]: row[4] for row in sheet.iter_rows(min_row=5, values_only=True) if row[0]}
    assert {one: Decimal(str(mark)) for one, mark in marks.items()} == {
        one: expected.course for one, expected in course.expected.items()
    }


def test_the_gradebook_of_each_exercise_has_the_mark_that_counts(course: ReportedCourse) -> None:
    text = (course.reports / "marks.csv").read_text(encoding="utf-8")
    found = {(row["id"], row["exercise"]): number(row["mark"]) for row in csv.DictReader(io.StringIO(text, newline=""))}
    wanted = {
        (one, exercise): mark for one, expected in course.expected.items() for exercise, mark in expected.marks.items()
    }
    assert found == wanted


def test_the_pages_say_what_was_taken_off_and_with_whom_one_worked(course: ReportedCourse) -> None:
    page = (course.reports / "tp3" / "s078.html").read_text(encoding="utf-8")
    assert "5 heures de retard" in page
    assert "échéance le 04/12/2026 à 18:00" in page
    assert "en équipe avec s001" in (course.reports / "tp1" / "s002.html").read_text(encoding="utf-8")
    assert "Conteneurs et Docker" in (course.reports / "course.html").read_text(encoding="utf-8")


def test_who_was_forgotten_is_nowhere_and_the_ledger_verifies(course: ReportedCourse) -> None:
    plan = course.plan
    assert not [path for path in plan.results.rglob("*") if path.is_file() for one in FORGOTTEN if one in path.name]
    named = {
        one
        for path in plan.results.rglob("*")
        if path.is_file()
        for one in FORGOTTEN
        if one.encode() in path.read_bytes()
    }
    assert named == set()
    assert json.loads((plan.results / "tp1" / "s120.json").read_bytes())["team"] == []
    command = [sys.executable, "-c", "from grader.cli import main; main()", "verify", str(plan.results)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **plan.environ}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_deadline_that_moves_changes_marks_without_grading_again_and_is_noted(course: ReportedCourse) -> None:
    plan = course.plan
    before = {path: path.read_bytes() for path in plan.results.glob("tp*/**/*.json")}
    text = plan.table.read_text(encoding="utf-8")
    moved = text.replace("deadline = 2026-11-13 18:00:00", "deadline = 2026-11-13 18:02:00")
    plan.table.write_text(moved, encoding="utf-8")
    try:
        assert report(plan, "--out", str(plan.folder / "moved")).returncode == 0
        rows = csv.DictReader(
            io.StringIO((plan.folder / "moved" / "course.csv").read_text(encoding="utf-8"), newline="")
        )
        after = {row["id"]: number(row["tp2"]) for row in rows}
        assert course.expected["s072"].marks["tp2"] == 0
        assert after["s072"] != 0
        assert {path: path.read_bytes() for path in before} == before
        untils = [
            entry.body["until"]
            for entry in read_entries(plan.results)
            if entry.kind == "deadline" and entry.body["exercise"] == "tp2" and not entry.student
        ]
        assert untils == ["2026-11-13T17:00:00+00:00", "2026-11-13T17:02:00+00:00"]
    finally:
        plan.table.write_text(text, encoding="utf-8")


def test_what_the_results_say_themselves_is_not_changed_by_a_report(course: ReportedCourse) -> None:
    result = json.loads((course.plan.results / "tp1" / "s070.json").read_bytes())
    assert (result["late"], result["corrections"]) == (None, [])
