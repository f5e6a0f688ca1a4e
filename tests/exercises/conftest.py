"""A student's shell for the exercises about the todos."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.exercises.todos_exercises import MATERIAL

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.student_shell import StudentShell


@pytest.fixture
def todos(student: StudentShell, images: Callable[..., None]) -> StudentShell:
    """A student's shell with the images of the todos, built from the material as in the handout."""
    images("mvertes/alpine-mongo", "python:alpine")
    student.run_shell(f"{MATERIAL}/build.sh && mkdir -p ~/Docker/todos/mongo/db", limit_s=300)
    return student
