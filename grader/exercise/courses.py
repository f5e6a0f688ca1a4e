"""The courses that were added to this computer: `grader course add`. Each is a folder below the user's data."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import msgspec

from grader.exercise.find import EXERCISES, exercises_in

COURSE_FILE: Final = "course.json"


class AddedCourse(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an added course; its exercises are beside this file, in `exercises/`."""

    name: str
    source: str
    """A path, or an address of git or of a file, without its version."""
    version: str
    """A tag, a branch, or the version of a file; else the beginning of a commit or of a file's SHA-256."""
    wanted: str = ""
    """The version that was asked for; empty for the newest."""


def courses_folder() -> Path:
    """Where this system keeps the data of a user's programs."""
    home = Path.home()
    if sys.platform == "win32":
        data = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        data = home / "Library" / "Application Support"
    else:
        data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return data / "container-lab-grader" / "courses"


def added_courses() -> dict[Path, AddedCourse]:
    """The courses by folder, sorted by name; a folder without a valid file is none."""
    found = {path.parent: read_course(path.parent) for path in sorted(courses_folder().glob(f"*/{COURSE_FILE}"))}
    return {folder: course for folder, course in found.items() if course}


def course_of(exercise: Path) -> AddedCourse | None:
    """The added course that the exercise's folder belongs to."""
    return read_course(exercise.resolve().parent.parent)


def read_course(folder: Path) -> AddedCourse | None:
    try:
        return msgspec.json.decode((folder / COURSE_FILE).read_bytes(), type=AddedCourse)
    except (OSError, msgspec.DecodeError):
        return None


def exercises_of(course: Path) -> dict[str, Path]:
    return exercises_in(course / EXERCISES)
