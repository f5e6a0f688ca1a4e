"""The command `grader new`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.commands.new.new import new_exercise


def new(exercise: Annotated[Path, typer.Argument(help="The folder to create, such as exercises/tp9.")]) -> None:
    """Create an exercise: a skeleton whose rehearsal passes.

    Example: grader new exercises/tp9
    """
    for path in new_exercise(exercise if len(exercise.parts) > 1 else Path("exercises") / exercise):
        print(path)
    print(f"next: grader rehearse {exercise}, then adapt it, starting with the handout")
