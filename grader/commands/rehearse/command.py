"""The command `grader rehearse`: its options."""

from __future__ import annotations

import os
import re
from functools import partial
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit
from rich.console import Console

from grader import exit_codes
from grader.command_options import PATH, command, lang_option
from grader.commands.rehearse.rehearse import rehearse as run
from grader.commands.rehearse.table import print_counts, print_rehearsal, run_name
from grader.errors import GraderError
from grader.exercise.find import find_exercise
from grader.messages import Texts
from grader.roster.machine_url import parse_machine_url
from grader.settings import language_of

if TYPE_CHECKING:
    from pathlib import Path

    from grader.commands.rehearse.rehearse import SolutionRun


@command
@click.argument("exercises", type=PATH, nargs=-1, required=True)
@click.option("--repeat", type=click.IntRange(min=1), default=1, show_default=True)
@click.option("--only", metavar="NAME", multiple=True)
@click.option("--solutions", type=PATH)
@click.option("--shard", default="")
@click.option("--machine", default="local", show_default=True)
@lang_option
def rehearse(
    *,
    exercises: tuple[Path, ...],
    repeat: int,
    only: tuple[str, ...],
    solutions: Path | None,
    shard: str,
    machine: str,
    lang: str,
) -> None:
    """Grades a suite's solutions and compares the verdicts with the expected ones."""
    texts = Texts("commands", language_of(lang, os.environ))
    console = Console()
    if not console.is_terminal:
        console = Console(width=160)
    done = []
    for exercise in [find_exercise(name) for name in exercises]:
        rehearsed = run(
            exercise,
            parse_machine_url(machine),
            repeat=repeat,
            only=only or (),
            solutions=solutions,
            shard=_shard(shard),
            on_run=partial(_print_run, exercise.name, texts, Console(stderr=True)),
        )
        print_rehearsal(rehearsed, console, texts)
        done.append(rehearsed)
    print_counts(done, console, texts)
    if not all(one.is_good for one in done):
        raise Exit(exit_codes.FAILED)


def _print_run(exercise: str, texts: Texts, console: Console, one: SolutionRun) -> None:
    outcome = texts("rehearse.differs" if one.faults else "rehearse.as-expected")
    console.print(f"{exercise}/{run_name(one, texts)}{texts('colon')} {outcome}", style="dim")


def _shard(given: str) -> tuple[int, int]:
    """`2/6` as numbers; all for an empty string. Raises `GraderError`."""
    found = re.fullmatch(r"(\d{1,4})/(\d{1,4})", given or "1/1")
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise GraderError("usage.shard", given=repr(given))
    return int(found[1]), int(found[2])
