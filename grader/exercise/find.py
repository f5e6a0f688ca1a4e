"""Finds the exercise that is meant by what was typed: `tp2`, `TP2`, `exercises/tp2`, or nothing at all inside one."""

from __future__ import annotations

import difflib
import itertools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.errors import ExerciseError, GraderError

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEC_FILE: Final = "exercise.toml"
EXERCISES: Final = "exercises"
"""The usual name of a folder of exercises."""
_NEAR: Final = 0.5
_SLIP: Final = 0.75


def is_exercise(folder: Path) -> bool:
    """Whether `folder` has an exercise spec. Unlike `Path.is_file`, it does not raise for a name that is too long."""
    return os.path.isfile(folder / SPEC_FILE)  # noqa: PTH113


def exercises_in(folder: Path) -> dict[str, Path]:
    """The exercises directly in `folder`, by name."""
    return {path.parent.name: path.parent for path in sorted(folder.glob(f"*/{SPEC_FILE}"))}


def find_exercise(name: str | Path, start: Path = Path()) -> Path:
    """The folder of the exercise that `name` means to somebody in the folder `start`.

    Raises `ExerciseError`, with the nearest name, if it means none.
    """
    given = start / name
    if found := match_exercise(name, start):
        return found
    if given.is_dir() and str(name):
        return given  # whoever reads its spec reports what is missing
    raise no_such_exercise(str(name), start)


def match_exercise(name: str | Path, start: Path) -> Path | None:
    """The exercise at that path, or of that name, whatever its case, in the nearest folder that has it.

    A folder before the name must contain the exercise, or be the name of an added course, or not exist and look like a
    slip for `exercises`. Without a folder, added courses come last.
    """
    given = start / name
    if is_exercise(given) and given.name in {"", "..", *exercises_in(given.parent)}:
        return given
    *before, last = Path(name).parts or ("",)
    inside = start / Path(*before)
    if before and inside.is_dir():
        places: Iterator[Path] = iter((inside,))
    elif not before or (len(before) == 1 and is_like_exercises(before[0])):
        places = itertools.chain(_places(start), _added_courses().values())
    elif len(before) == 1 and before[0] in (added := _added_courses()):
        places = iter((added[before[0]],))
    else:
        return None
    for place in places:
        for own, folder in exercises_in(place).items():
            if own.casefold() == last.casefold():
                return _relative(folder, start)
    return None


def is_like_exercises(folder: str) -> bool:
    """Whether `folder` is `exercises`, or that name with a slip: `exercise`, `exercices`."""
    return bool(difflib.get_close_matches(folder.lower(), [EXERCISES], 1, _SLIP))


def exercise_around(folder: Path) -> Path | None:
    """The exercise that `folder` is, or is inside of."""
    folder = folder.absolute()
    return next((one for one in (folder, *folder.parents) if is_exercise(one)), None)


def nearest_exercises(start: Path) -> dict[str, Path]:
    """The exercises of somebody in `start`, by name; empty if there are none."""
    return next(filter(None, map(exercises_in, _places(start))), {})


def which_exercise(there: dict[str, Path], start: Path, problem: str = "") -> GraderError:
    """Asks for one of the exercises `there`. `problem`: why the tests beside them cannot run."""
    example = f"pytest {_relative(next(iter(there.values())), start)}"
    code = "exercise.which-or-test" if problem else "exercise.which"
    return GraderError(code, there=", ".join(there), example=example, problem=problem)


def no_such_exercise(typed: str, start: Path) -> ExerciseError:
    """Says which may be meant: one beside `typed`, else one of those that can be found from `start`."""
    given = start / typed
    added = next(filter(None, map(exercises_in, _added_courses().values())), {})
    there = exercises_in(given.parent) or nearest_exercises(start) or added
    if not there:
        return ExerciseError("exercise.none-here", given=repr(typed))
    near = difflib.get_close_matches(given.name.lower(), there, n=1, cutoff=_NEAR)
    if near:
        is_name = len(Path(typed).parts) == 1 and start == Path()
        meant = near[0] if is_name else str(_relative(there[near[0]], start))
        return ExerciseError("exercise.unknown-near", given=repr(typed), near=meant)
    return ExerciseError("exercise.unknown", given=repr(typed), available=", ".join(there))


def _places(start: Path) -> Iterator[Path]:
    """The folders that may contain the exercises of somebody in `start`, the nearest first."""
    yield start
    yield start / EXERCISES
    if around := exercise_around(start):
        yield around.parent
    for folder in start.absolute().parents:
        yield folder / EXERCISES


def _added_courses() -> dict[str, Path]:
    """The folders of exercises of the added courses, by the course's name."""
    from grader.exercise.courses import added_courses  # noqa: PLC0415 - other projects' pytest imports this module

    return {course.name: folder / EXERCISES for folder, course in added_courses().items()}


def _relative(path: Path, start: Path) -> Path:
    """`path` as somebody in `start` would type it, if that is in `start` or in a folder above."""
    path, start = path.absolute(), start.absolute()
    above = (start, *start.parents[:-1])
    return Path(os.path.relpath(path, start)) if any(path.is_relative_to(folder) for folder in above) else path
