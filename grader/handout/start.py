"""`grader start`: the material of an exercise in a folder of the student's, and what to read."""

from __future__ import annotations

import difflib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import GraderError

if TYPE_CHECKING:
    from grader.messages import Language

__all__ = ["find_exercise", "lay_out", "sheet_of"]


def find_exercise(name: str) -> Path:
    """The folder of `tp2`, or of `exercises/tp2`. Raises `GraderError` with a near miss where there is none."""
    given = Path(name)
    for folder in (given, Path("exercises") / given):
        if (folder / "exercise.toml").is_file():
            return folder
    there = sorted(path.parent.name for path in Path("exercises").glob("*/exercise.toml"))
    near = difflib.get_close_matches(given.name, there, n=1, cutoff=0.5)
    guess = f"did you mean {near[0]}?" if near else f"there are: {', '.join(there) or 'none here'}"
    raise GraderError(f"there is no exercise {name!r}; {guess}")


def lay_out(exercise: Path, into: Path) -> list[Path]:
    """Copies the exercise's material into `into` and gives the files that are new there.

    Raises `GraderError`, and copies nothing, where a file is there already: it may be the student's work.
    """
    material = exercise / "material"
    files = [path for path in sorted(material.rglob("*")) if path.is_file()]
    targets = [into / path.relative_to(material) for path in files]
    taken = [str(target) for target in targets if target.exists()]
    if taken:
        raise GraderError(f"{', '.join(taken[:3])}: already there, and may be your work; choose another --into")
    try:
        into.mkdir(parents=True, exist_ok=True)
        for path, target in zip(files, targets, strict=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            shutil.copymode(path, target)
    except OSError as error:
        raise GraderError(f"{into}: cannot be written: {error.strerror}") from error
    return targets


def sheet_of(exercise: Path, language: Language) -> Path:
    return exercise / ("README.en.md" if language == "en" else "README.md")
