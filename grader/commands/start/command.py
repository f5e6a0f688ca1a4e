"""The command `grader start`: its options."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from grader.commands.start.material import copy_material, handout_path
from grader.exercise.find import find_exercise
from grader.messages import Texts
from grader.settings import language_of


def start(
    exercise: Annotated[str, typer.Argument(help="The exercise, such as tp2.")],
    *,
    into: Annotated[Path | None, typer.Option(help="The folder to copy to. Default: the exercise's name.")] = None,
    lang: Annotated[str, typer.Option(help="Language: fr or en.")] = "",
) -> None:
    """Copy an exercise's material into a folder and say what to read.

    Example: grader start tp2
    """
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
