"""The verb `grader new`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["new"]


def new(exercise: Annotated[Path, typer.Argument(help="The folder to make, such as exercises/tp9.")]) -> None:
    """Make a new exercise: a skeleton that already rehearses green.

    Example: grader new exercises/tp9
    """
    from grader.newexercise.new import new_exercise  # noqa: PLC0415 - only this verb

    for path in new_exercise(exercise if len(exercise.parts) > 1 else Path("exercises") / exercise):
        print(path)  # noqa: T201
    print(f"now: grader rehearse {exercise}, then make it your own, sheet first")  # noqa: T201
