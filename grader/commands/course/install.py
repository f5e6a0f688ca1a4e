"""Puts the exercises of a fetched course in place: only what a student needs of them, and all or nothing."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from grader.commands.course.archive import MOST_FILES
from grader.commands.course.fetch import fetch
from grader.errors import ExerciseError, GraderError
from grader.exercise.courses import COURSE_FILE, AddedCourse, courses_folder
from grader.exercise.find import EXERCISES, SPEC_FILE
from grader.exercise.material import students_files
from grader.exercise.spec import read_exercise_spec

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.commands.course.source import CourseSource

_DEEPEST: Final = 4
"""Folders above an exercise: `course-1.2/exercises/tp2` of an archive."""


def install(source: CourseSource, name: str) -> AddedCourse:
    """Fetches a course and replaces the one of that name. Raises `GraderError`, and then changes nothing."""
    courses = courses_folder()
    try:
        courses.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=courses, prefix=".grader-", ignore_cleanup_errors=True) as scratch:
            fetched, made = Path(scratch, "fetched"), Path(scratch, "made")
            fetched.mkdir()
            version = fetch(source, fetched, Path(scratch))
            _copy_exercises(fetched.resolve(), made)
            course = AddedCourse(name=name, source=source.place, version=version, wanted=source.version)
            (made / COURSE_FILE).write_bytes(msgspec.json.encode(course))
            _put_in_place(made, courses / name, Path(scratch, "before"))
    except OSError as error:
        raise GraderError("usage.not-writable", path=error.filename or courses, detail=error.strerror) from error
    return course


def _copy_exercises(fetched: Path, made: Path) -> None:
    found: dict[str, Path] = {}
    for folder in _exercise_folders(fetched):
        if folder.name in found:
            raise GraderError("added-course.twice", exercise=folder.name)
        found[folder.name] = folder
        try:
            read_exercise_spec(folder)
        except ExerciseError as error:
            raise GraderError("added-course.unreadable", fault=error) from error
    if not found:
        raise GraderError("added-course.empty")
    for folder in found.values():
        files = list(itertools.islice(students_files(folder), MOST_FILES + 1))
        if len(files) > MOST_FILES:  # as of a link to a folder above itself
            raise GraderError("added-course.too-many-files", most=MOST_FILES)
        for path in files:
            if not path.resolve().is_relative_to(fetched):
                raise GraderError("added-course.unsafe-file", file=repr(str(path.relative_to(fetched))))
            target = made / EXERCISES / folder.name / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)


def _exercise_folders(fetched: Path) -> Iterator[Path]:
    for depth in range(_DEEPEST + 1):
        for path in sorted(fetched.glob("*/" * depth + SPEC_FILE)):
            folder = path.parent
            if folder != fetched and not any(part.startswith(".") for part in folder.relative_to(fetched).parts):
                yield folder


def _put_in_place(made: Path, target: Path, before: Path) -> None:
    if target.exists():
        target.replace(before)
    made.replace(target)
