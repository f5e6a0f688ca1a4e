"""The command `grader new`: copies a skeleton to a new exercise."""

from __future__ import annotations

import os
import re
import sys
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from grader.command_options import PATH, command, lang_option
from grader.errors import GraderError
from grader.messages import Texts
from grader.settings import language_of

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

KINDS: Final = ("container", "compose", "image")
"""What the students of the exercise make: the folders of `skeleton`."""
_NAME: Final = re.compile(r"tp([0-9]{1,3})")


@command
@click.argument("exercise", type=PATH)
@click.option("--kind", type=click.Choice(KINDS), metavar="|".join(KINDS))
@lang_option
def new(*, exercise: Path, kind: str | None, lang: str) -> None:
    """Copies the skeleton of that kind; asks for the kind at a terminal if none is given."""
    texts = Texts("commands", language_of(lang, os.environ))
    if kind is None and sys.stdin.isatty():
        kind = click.prompt(texts("new.kind"), type=click.Choice(KINDS), default=KINDS[0])
    for path in new_exercise(exercise if len(exercise.parts) > 1 else Path("exercises") / exercise, kind or KINDS[0]):
        print(path)
    print(texts("new.next", exercise=exercise))


def new_exercise(folder: Path, kind: str = KINDS[0]) -> list[Path]:
    """Makes `folder`, such as `exercises/tp10`, and gives the files that are in it now.

    Raises `GraderError` if the name is not `tp` and a number, or if the folder exists.
    """
    found = _NAME.fullmatch(folder.name)
    if not found:
        raise GraderError("exercise.new-name", given=repr(folder.name))
    if folder.exists():
        raise GraderError("exercise.new-exists", folder=folder)
    made: list[Path] = []
    try:
        _copy_skeleton(resources.files(__package__).joinpath("skeleton", kind), folder, found[1], made)
    except OSError as error:
        raise GraderError("exercise.new-failed", folder=folder, detail=error.strerror) from error
    return made


def _copy_skeleton(source: Traversable, target: Path, number: str, made: list[Path]) -> None:
    target.mkdir(parents=True)
    for entry in sorted(source.iterdir(), key=lambda one: one.name):
        # The suite is kept as text, so that nobody's pytest or linter takes it for one of the grader's.
        name = entry.name.replace("_N_", f"_{number}_").removesuffix(".txt")
        if entry.is_dir():
            _copy_skeleton(entry, target / name, number, made)
            continue
        text = entry.read_text(encoding="utf-8")
        (target / name).write_text(text.replace("tpN", f"tp{number}").replace("TPN", f"TP{number}"), encoding="utf-8")
        made.append(target / name)
