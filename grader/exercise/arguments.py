"""What the arguments of `pytest` mean, where they name an exercise in another way than by its path."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.errors import GraderError
from grader.exercise.find import (
    EXERCISES,
    exercise_around,
    exercises_in,
    is_exercise,
    is_like_exercises,
    match_exercise,
    nearest_exercises,
    no_such_exercise,
    which_exercise,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_TEST_FILES: Final = ("test_*.py", "*_test.py")
"""pytest's own default."""


def meant_arguments(typed: Sequence[str], start: Path, *, are_modules: bool = False) -> tuple[str, ...]:
    """The arguments for pytest: an exercise's path in place of another way of naming it, all others as they are.

    `are_modules`: they may be names of modules (`--pyargs`). Without arguments: the exercise around `start`, or the
    only one that it contains, unless it contains tests, too.
    Raises `GraderError` if an exercise is meant, but it is not known which.
    """
    if typed:
        return tuple(_meant(arg, start, is_module=are_modules) for arg in typed)
    if around := exercise_around(start):
        return (str(around),)
    there = exercises_below(start)
    if not there or _has_tests(start):
        return ()
    if len(there) > 1:
        raise which_exercise(there, start)
    return tuple(map(str, there.values()))


def exercises_below(start: Path) -> dict[str, Path]:
    """The exercises in `start` or in its folder `exercises`, by name."""
    return exercises_in(start) or exercises_in(start / EXERCISES)


def _meant(arg: str, start: Path, *, is_module: bool) -> str:
    typed, colons, check = arg.partition("::")
    path = start / typed
    if os.path.exists(path):  # noqa: PTH110 - see is_exercise
        # Somebody's own folder may have an exercise's name: `grader start tp2` makes one.
        is_empty = path.is_dir() and not (exercise_around(path) or exercises_in(path) or _has_tests(path))
        found = match_exercise(typed, start) if is_empty else None
        return f"{found}{colons}{check}" if found else arg
    if is_module and (module := _module_folder(typed)):
        return f"{module}{colons}{check}"
    if found := match_exercise(typed, start):
        return f"{found}{colons}{check}"
    if path.suffix == ".py" and (around := exercise_around(path.parent)):
        raise GraderError("usage.no-check", exercise=around.name, folder=os.path.relpath(around, start))
    is_elsewhere = path.parent.is_dir() and path.parent != start  # `tests/machne` is not meant as an exercise
    if (
        exercises_in(path.parent)
        or is_like_exercises(Path(typed).parts[0])
        or (not is_elsewhere and nearest_exercises(start))
    ):
        raise no_such_exercise(typed, start)
    return arg


def _module_folder(name: str) -> Path | None:
    """The folder of the package `name`, if it is an exercise."""
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
    folders = spec.submodule_search_locations if spec else None
    return next((folder for folder in map(Path, folders or ()) if is_exercise(folder)), None)


def _has_tests(folder: Path) -> bool:
    """Whether pytest finds tests in `folder` that are not checks of an exercise."""
    for root, folders, files in os.walk(folder):
        if any(Path(name).match(pattern) for name in files for pattern in _TEST_FILES):
            return True
        folders[:] = [name for name in folders if not _is_skipped(Path(root, name))]
    return False


def _is_skipped(folder: Path) -> bool:
    return folder.name.startswith(".") or is_exercise(folder) or (folder / "pyvenv.cfg").is_file()
