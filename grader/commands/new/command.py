"""The command `grader new`: copies the skeleton to a new exercise."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from grader.errors import GraderError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_NAME: Final = re.compile(r"tp([0-9]{1,3})")


def new(exercise: Annotated[Path, typer.Argument(help="The folder to create, such as exercises/tp9.")]) -> None:
    """Create an exercise: a skeleton whose rehearsal passes.

    Example: grader new exercises/tp9
    """
    for path in new_exercise(exercise if len(exercise.parts) > 1 else Path("exercises") / exercise):
        print(path)
    print(f"next: grader rehearse {exercise}, then adapt it, starting with the handout")


def new_exercise(folder: Path) -> list[Path]:
    """Makes `folder`, such as `exercises/tp9`, and gives the files that are in it now.

    Raises `GraderError` if the name is not `tp` and a number, or if the folder exists.
    """
    found = _NAME.fullmatch(folder.name)
    if not found:
        raise GraderError(f"an exercise is called tp and a number, such as exercises/tp9, not {folder.name!r}")
    if folder.exists():
        raise GraderError(f"{folder} is already there; choose another number")
    made: list[Path] = []
    try:
        _copy_skeleton(resources.files(__package__).joinpath("skeleton"), folder, found[1], made)
    except OSError as error:
        raise GraderError(f"{folder} cannot be made: {error.strerror}") from error
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
