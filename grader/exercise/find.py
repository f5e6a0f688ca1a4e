"""Finds an exercise by name: `tp2` or `exercises/tp2`."""

from __future__ import annotations

import difflib
from pathlib import Path

from grader.errors import ExerciseError

SPEC_FILE = "exercise.toml"


def find_exercise(name: str | Path) -> Path:
    """The folder of `tp2` or `exercises/tp2`. Raises `ExerciseError`, with the nearest name."""
    given = Path(name)
    for folder in (given, Path("exercises") / given):
        if (folder / SPEC_FILE).exists():
            return folder
    if given.is_dir() and str(name):
        return given  # whoever reads its spec reports what is missing
    raise no_such_exercise(str(name), given, Path(), by_name=len(given.parts) == 1)


def no_such_exercise(typed: str, given: Path, start: Path, *, by_name: bool = False) -> ExerciseError:
    """Says which may be meant: one beside `given`, else one of those in `start`'s `exercises`; `by_name` is enough."""
    available = {path.parent.name: path.parent for path in sorted(given.parent.glob(f"*/{SPEC_FILE}"))}
    if not available:
        available = {path.parent.name: path.parent for path in sorted((start / "exercises").glob(f"*/{SPEC_FILE}"))}
    if not available:
        return ExerciseError("exercise.none-here", given=repr(typed))
    near = difflib.get_close_matches(given.name.lower(), available, n=1, cutoff=0.5)
    if near:
        shown = near[0] if by_name else _shown(available[near[0]], start)
        return ExerciseError("exercise.unknown-near", given=repr(typed), near=shown)
    return ExerciseError("exercise.unknown", given=repr(typed), available=", ".join(available))


def _shown(path: Path, start: Path) -> str:
    return str(path.relative_to(start) if path.is_relative_to(start) else path)
