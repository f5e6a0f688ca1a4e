"""A student's shell for the exercises about the todos."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.exercises.todos_exercises import MATERIAL

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.student_shell import StudentShell


@pytest.fixture
def todos(student: StudentShell, images: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> StudentShell:
    """A student's shell with the images of the todos, built from the material as in the handout."""
    monkeypatch.setenv("HOME", str(student.home))  # as for `pytest exercises/tp5` on the student's machine
    images("mvertes/alpine-mongo", "python:alpine")
    student.run_shell(f"{MATERIAL}/build.sh && mkdir -p ~/Docker/todos/mongo/db", limit_s=300)
    return student
