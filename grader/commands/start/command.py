"""The command `grader start`: copies an exercise's material into a folder, and says what to read."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.command_options import PATH, command, lang_option
from grader.errors import GraderError
from grader.exercise.find import find_exercise
from grader.exercise.material import MATERIAL, material_files
from grader.messages import Texts
from grader.settings import language_of

if TYPE_CHECKING:
    from grader.messages import Language


@command
@click.argument("exercise")
@click.option("--into", type=PATH)
@lang_option
def start(*, exercise: str, into: Path | None, lang: str) -> None:
    """Copies an exercise's material, and says what to read."""
    folder = find_exercise(exercise)
    target = into or Path(folder.name)
    language = language_of(lang, os.environ)
    laid_out = copy_material(folder, target)
    for path in laid_out:
        print(path)
    texts = Texts("commands", language)
    if not laid_out:
        print(texts("start.nothing"))
    print(texts("start.next", handout=handout_path(folder, language), folder=folder))


def copy_material(exercise: Path, into: Path) -> list[Path]:
    """Copies the exercise's material into `into` and gives the files that are new there.

    Raises `GraderError`, and copies nothing, if a file exists already: it may be the student's work.
    """
    files = material_files(exercise)
    targets = [into / path.relative_to(exercise / MATERIAL) for path in files]
    taken = [str(target) for target in targets if target.exists()]
    if taken:
        raise GraderError("usage.material-there", files=", ".join(taken[:3]))
    if not files:
        return []  # an empty folder would only make one look for what should be in it
    try:
        into.mkdir(parents=True, exist_ok=True)
        for path, target in zip(files, targets, strict=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            shutil.copymode(path, target)
    except OSError as error:
        raise GraderError("usage.not-writable", path=into, detail=error.strerror) from error
    return targets


def handout_path(exercise: Path, language: Language) -> Path:
    return exercise / ("README.en.md" if language == "en" else "README.md")
