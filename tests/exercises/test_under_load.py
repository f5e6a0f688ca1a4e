"""Correct work keeps its points on a machine whose processors are busy: a verdict does not depend on the load."""

from __future__ import annotations

import shutil
from collections import Counter
from typing import TYPE_CHECKING, Final

import pytest

from tests.lab.busy_processors import busy_processors
from tests.student_shell import ROOT, verdicts_by_check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.student_shell import StudentShell

pytestmark = pytest.mark.live

_IMAGES: Final = ("mvertes/alpine-mongo", "python:alpine", "redis:alpine", "haproxy")
_FOLDERS: Final = {"tp6": "todos"}
"""The name of the student's folder, if it is not the exercise's."""


@pytest.fixture(params=["tp4", "tp5", "tp6", "tp7"])
def reference(request: pytest.FixtureRequest, student: StudentShell, images: Callable[..., None]) -> StudentShell:
    """The exercise's reference, brought up while the processors are idle, since building its images takes longest."""
    exercise: str = request.param
    images(*_IMAGES)
    student.exercise = ROOT / "exercises" / exercise
    work = student.home / _FOLDERS.get(exercise, exercise)
    shutil.copytree(student.exercise / "solutions" / "reference", work)
    student.run_shell(f"cd {work} && MATERIAL={student.exercise / 'material'} bash up.sh", limit_s=300)
    return student


@pytest.fixture
def load() -> Iterator[None]:
    with busy_processors(limit_s=2700):
        yield


def start_and_grade(student: StudentShell, *, disposable: bool) -> list[str]:
    """The checks that do not pass, on containers that have just started again."""
    student.run_shell("docker restart -t 1 $(docker ps -q)", limit_s=120)
    verdicts = verdicts_by_check(student.grade(disposable=disposable))
    right = {"passed"} if disposable else {"passed", "skipped disposable"}
    return [f"{name}: {verdict}" for name, verdict in verdicts.items() if verdict not in right]


def test_the_reference_keeps_its_points(reference: StudentShell, load: None) -> None:
    assert start_and_grade(reference, disposable=False) == []


@pytest.mark.long
def test_the_reference_keeps_its_points_ten_times(reference: StudentShell, load: None) -> None:
    wrong = Counter(line for _ in range(10) for line in start_and_grade(reference, disposable=True))
    assert wrong == {}
