"""Copies an exercise's material into a student's folder."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from grader.errors import UsageError
from grader.messages import DEFAULT, REQUIRED

if TYPE_CHECKING:
    from pathlib import Path

    from grader.messages import Language


def copy_material(exercise: Path, into: Path) -> list[Path]:
    """Copies the exercise's material into `into` and gives the files that are new there.

    Raises `UsageError`, and copies nothing, if a file exists already: it may be the student's work.
    """
    material = exercise / "material"
    files = [path for path in sorted(material.rglob("*")) if path.is_file()]
    targets = [into / path.relative_to(material) for path in files]
    taken = [str(target) for target in targets if target.exists()]
    if taken:
        raise UsageError("typed-material-there", files=", ".join(taken[:3]))
    if not files:
        return []  # an empty folder would only make one look for what should be in it
    try:
        into.mkdir(parents=True, exist_ok=True)
        for path, target in zip(files, targets, strict=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            shutil.copymode(path, target)
    except OSError as error:
        raise UsageError("typed-not-writable", path=str(into), detail=str(error.strerror)) from error
    return targets


def handout_path(exercise: Path, language: Language) -> Path:
    """The handout in `language`, else in English; README.md is the course's own language."""
    named = [exercise / f"README.{one}.md" for one in (language, *REQUIRED[1:]) if language != DEFAULT]
    return next((path for path in named if path.exists()), exercise / "README.md")
