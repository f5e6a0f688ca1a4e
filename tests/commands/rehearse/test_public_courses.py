"""Exercises that public courses give can be written from the author's page alone, and rehearse green."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from grader.commands.rehearse.hints import find_revealing_hints
from grader.commands.rehearse.rehearse import rehearse
from grader.commands.rehearse.solution import read_solutions
from grader.roster.machine_url import parse_machine_url
from grader.scoring.suite import read_suite
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.lab import Engine

EXERCISES = sorted(path.parent for path in (ROOT / "tests" / "public_courses").glob("*/exercise.toml"))
of_each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)


def test_there_are_three() -> None:
    assert len(EXERCISES) >= 3


@of_each_exercise
def test_its_source_is_named_in_both_handouts(exercise: Path) -> None:
    for handout in ("README.md", "README.en.md"):
        assert "<https://" in (exercise / handout).read_text(encoding="utf-8")


@of_each_exercise
def test_every_check_is_failed_by_a_wrong_solution_and_no_hint_gives_it_away(exercise: Path) -> None:
    suite = read_suite(exercise)
    solutions = read_solutions(suite)
    assert {name for one in solutions for name in one.expected.failed} == {spec.name for spec in suite.check_specs}
    assert find_revealing_hints(suite, solutions) == []


@pytest.mark.live
@pytest.mark.long
@of_each_exercise
def test_it_rehearses_green(
    exercise: Path, engine: Engine, images: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    images(*read_suite(exercise).spec.images)
    for name, value in engine.env().items():
        monkeypatch.setitem(os.environ, name, value)
    rehearsed = rehearse(exercise, parse_machine_url(engine.url))
    assert rehearsed.is_good, [*rehearsed.faults, *(fault for one in rehearsed.runs for fault in one.faults)]
