"""Compares the copies of an exercise in several courses, file by file."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from grader.exercise.courses import added_courses, course_of, exercises_of
from grader.exercise.find import find_exercise
from grader.exercise.material import students_files
from grader.text.escaping import log_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def copies_of(exercise: str) -> list[Path]:
    """The copy that the name means here, then those of the added courses."""
    first = find_exercise(exercise)
    others = [exercises_of(course).get(first.resolve().name) for course in added_courses()]
    return [first, *(one for one in others if one and one.resolve() != first.resolve())]


def copy_name(exercise: Path) -> str:
    """Such as `r3-docker 2026.2: tp2`, or the path of a copy that is in no added course."""
    course = course_of(exercise)
    return f"{course.name} {course.version}: {exercise.name}" if course else str(exercise)


def difference(one: Path, other: Path) -> Iterator[str]:
    """The lines of `diff -u`, for every file of the students' copies; nothing if they are equal."""
    files = [{path.relative_to(folder).as_posix(): path for path in students_files(folder)} for folder in (one, other)]
    for name in sorted({*files[0], *files[1]}):
        before, now = (_lines(of_copy.get(name)) for of_copy in files)
        labels = [f"{copy_name(folder)}/{name}" for folder in (one, other)]
        yield from map(log_line, difflib.unified_diff(before, now, labels[0], labels[1], lineterm=""))


def _lines(path: Path | None) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines() if path else []
