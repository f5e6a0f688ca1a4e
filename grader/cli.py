"""The command `grader`: its verbs, parsed; what they do is elsewhere. Exit codes are listed in the README."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from grader.errors import GraderError, MachineUnreachable
from grader.messages import say
from grader.settings import language_of
from grader.version import VERSION

__all__ = ["app", "main"]

USAGE = 4
NOT_GRADED = 6

app = typer.Typer(
    name="grader",
    help="Grades container labs: one machine, a class, a pushed repository.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Runs the command line; a user's mistake is one sentence and an exit code, never a traceback."""
    try:
        app()
    except MachineUnreachable as error:
        import os  # noqa: PLC0415

        language = language_of("", os.environ)
        sentences = [say(error.code, field, error.values, language) for field in ("wrong", "look")]
        sys.exit(_refused("; ".join(filter(None, sentences)), NOT_GRADED))
    except GraderError as error:
        sys.exit(_refused(str(error), USAGE))


def _refused(sentence: str, code: int) -> int:
    print(f"grader: {sentence}", file=sys.stderr)  # noqa: T201 - this is where a command speaks
    return code


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        print(f"grader {VERSION}, Python {sys.version.split()[0]}")  # noqa: T201
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version and stop.")
    ] = False,
) -> None:
    """Grades container labs: one machine, a class, a pushed repository."""


@app.command()
def rehearse(
    exercises: Annotated[list[Path], typer.Argument(help="Exercises to prove, such as exercises/tp2.")],
    repeat: Annotated[int, typer.Option(min=1, help="Bring everything up that many times.")] = 1,
    only: Annotated[str, typer.Option(help="One solution, by its folder's name.")] = "",
    solutions: Annotated[Path | None, typer.Option(help="Try the solutions in this folder instead.")] = None,
    machine: Annotated[str, typer.Option(help="The empty engine to rehearse on.")] = "local",
) -> None:
    """Prove a suite: its reference passes, each wrong solution fails exactly as expected.

    Example: grader rehearse exercises/tp2 --only port-reversed
    """
    from rich.console import Console  # noqa: PLC0415 - only this verb draws tables

    from grader.rehearsal.rehearse import rehearse as run  # noqa: PLC0415
    from grader.rehearsal.table import print_counts, print_rehearsed  # noqa: PLC0415
    from grader.roster.machine_url import parse_machine_url  # noqa: PLC0415

    console = Console()
    if not console.is_terminal:
        console = Console(width=160)
    progress = Console(stderr=True)
    done = []
    for exercise in exercises:
        rehearsed = run(
            exercise,
            parse_machine_url(machine),
            repeat=repeat,
            only=only,
            solutions=solutions,
            on_tried=lambda one, exercise=exercise: progress.print(  # type: ignore[misc]
                f"{exercise.name}/{one.name}: {'DIFFERS' if one.faults else 'as expected'}", style="dim"
            ),
        )
        print_rehearsed(rehearsed, console)
        done.append(rehearsed)
    print_counts(done, console)
    if not all(one.is_good for one in done):
        raise typer.Exit(1)
