"""What the tests of tp4, tp5 and tp6 have in common: the todos, and how their exercises are graded."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from grader.roster.ports import PortRange
    from tests.student_shell import StudentShell

MATERIAL = ROOT / "exercises" / "material" / "todos"
COMPOSE = """
services:
  todos-mongo:
    image: mvertes/alpine-mongo
    volumes: ["./mongo/db:/data/db"]
  todos-api:
    build: api
  todos-app:
    build: app
    ports: ["4002:7777"]
"""


def assert_all_passed(student: StudentShell, exercise: str, ports: PortRange | None = None) -> bool:
    student.exercise = ROOT / "exercises" / exercise
    scorecard = student.grade(disposable=True, ports=ports)
    wrong = [f"{row.spec.name}: {row.outcome}" for row in scorecard if row.outcome.verdict != "passed"]
    assert not wrong, "\n".join(wrong)
    return True


def copy_with_other_names(student: StudentShell, exercise: str, course: Path, **names: str) -> Path:
    """A copy of the exercise in a course of its own, with other names in its exercise spec."""
    copy = course / exercise
    shutil.copytree(ROOT / "exercises" / exercise, copy, ignore=shutil.ignore_patterns("solutions", "material"))
    spec = (copy / "exercise.toml").read_text(encoding="utf-8")
    for old, new in names.items():
        written = f'"{old.replace("_", "-")}"'
        assert written in spec
        spec = spec.replace(written, f'"{new}"')
    (copy / "exercise.toml").write_text(spec, encoding="utf-8")
    return copy
