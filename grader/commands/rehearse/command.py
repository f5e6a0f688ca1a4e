"""The command `grader rehearse`: its options."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from grader import exit_codes
from grader.commands.rehearse.rehearse import rehearse as run
from grader.commands.rehearse.table import print_counts, print_rehearsal
from grader.errors import GraderError
from grader.exercise.find import find_exercise
from grader.roster.machine_url import parse_machine_url


def rehearse(
    exercises: Annotated[list[Path], typer.Argument(help="Exercises to rehearse, such as exercises/tp2.")],
    *,
    repeat: Annotated[int, typer.Option(min=1, help="Rehearse each solution N times.")] = 1,
    only: Annotated[
        list[str] | None, typer.Option(help="Only this solution (its folder's name); may be repeated.")
    ] = None,
    solutions: Annotated[Path | None, typer.Option(help="Use the solutions in this folder instead.")] = None,
    shard: Annotated[
        str, typer.Option(help="Only one part, to share the work among engines: 2/6 is part 2 of 6.")
    ] = "",
    machine: Annotated[str, typer.Option(help="The empty engine to rehearse on.")] = "local",
) -> None:
    """Prove a suite: the reference passes, wrong solutions fail.

    Each wrong solution must fail exactly as its expected.toml says. Exit code 1: something differs.

    Example: grader rehearse exercises/tp2 --only port-reversed
    """
    console = Console()
    if not console.is_terminal:
        console = Console(width=160)
    progress = Console(stderr=True)
    done = []
    for exercise in [find_exercise(name) for name in exercises]:
        rehearsed = run(
            exercise,
            parse_machine_url(machine),
            repeat=repeat,
            only=only or (),
            solutions=solutions,
            shard=_shard(shard),
            on_run=lambda one, exercise=exercise: progress.print(  # type: ignore[misc]
                f"{exercise.name}/{one.name}: {'DIFFERS' if one.faults else 'as expected'}", style="dim"
            ),
        )
        print_rehearsal(rehearsed, console)
        done.append(rehearsed)
    print_counts(done, console)
    if not all(one.is_good for one in done):
        raise typer.Exit(exit_codes.FAILED)


def _shard(given: str) -> tuple[int, int]:
    """`2/6` as numbers; all for an empty string. Raises `GraderError`."""
    found = re.fullmatch(r"(\d{1,4})/(\d{1,4})", given or "1/1")
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise GraderError(f"--shard: {given!r} is no part; 2/6 is the second of six")
    return int(found[1]), int(found[2])
