"""The command `grader`: its verbs, parsed; what they do is elsewhere. Exit codes are listed in the README."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer
from typer.exceptions import TyperException

from grader.errors import GraderError, MachineUnreachable
from grader.messages import say
from grader.settings import language_of
from grader.version import VERSION

__all__ = ["app", "main"]

INTERRUPTED = 2
USAGE = 4
NOT_GRADED = 6

app = typer.Typer(
    name="grader",
    help="Grades container labs: one machine, a class, a pushed repository.",
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Runs the command line; a user's mistake is one sentence and an exit code, never a traceback."""
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except TyperException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "grader"
        message = getattr(error, "format_message", error.__str__)().rstrip(".")
        sys.exit(_refused(f"{message}; see {command} --help", USAGE))
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
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
    context: typer.Context,
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version and stop.")
    ] = False,
) -> None:
    """Grades container labs: one machine, a class, a pushed repository."""
    if context.invoked_subcommand is None:
        print(context.get_help())  # noqa: T201


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


@app.command()
def batch(
    exercise: Annotated[Path, typer.Argument(help="The exercise, such as exercises/tp2.")],
    roster: Annotated[Path, typer.Option(help="The class: a CSV with id, name, machine, ports, …")],
    results: Annotated[Path, typer.Option(help="Where the results go.")],
    *,
    jobs: Annotated[int, typer.Option(min=0, help="How many machines at a time (else 8 a core).")] = 0,
    deadline: Annotated[float, typer.Option(min=1, help="Seconds that one machine may take.")] = 180,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where an earlier run stopped.")] = False,
    retry_not_graded: Annotated[
        bool, typer.Option("--retry-not-graded", help="Try again those who have no mark.")
    ] = False,
    limit: Annotated[int, typer.Option(min=0, help="Only the first so many students.")] = 0,
    group: Annotated[str, typer.Option(help="Only this group of the roster.")] = "",
    record: Annotated[bool, typer.Option("--record", help="Keep recordings, to judge again later.")] = False,
    passive: Annotated[bool, typer.Option("--passive", help="Only look, change nothing.")] = False,
    disposable: Annotated[bool, typer.Option("--disposable", help="Also the checks that break things.")] = False,
    hints: Annotated[int, typer.Option(min=1, max=3, help="How much the hints say.")] = 2,
    ssh_config: Annotated[Path | None, typer.Option(help="Configuration for ssh, instead of your own.")] = None,
    lang: Annotated[str, typer.Option(help="fr or en.")] = "",
    progress: Annotated[str, typer.Option(help="auto, lines or json.")] = "auto",
) -> None:
    """Grade a class over SSH, many machines at a time; what is graded is never lost.

    Example: grader batch exercises/tp2 --roster class.csv --results results/tp2
    """
    import os  # noqa: PLC0415

    from grader.campaign.campaign import Campaign  # noqa: PLC0415 - only this verb grades a class
    from grader.campaign.chosen import chosen_students  # noqa: PLC0415
    from grader.campaign.pool import default_jobs  # noqa: PLC0415
    from grader.campaign.watchers import watcher_for  # noqa: PLC0415
    from grader.roster.read import read_roster  # noqa: PLC0415
    from grader.scoring.suite import read_suite  # noqa: PLC0415

    language = language_of(lang, os.environ)
    campaign = Campaign(
        suite=read_suite(exercise),
        students=chosen_students(read_roster(roster), group=group, limit=limit),
        folder=results,
        language=language,
        at_once=jobs or default_jobs(),
        deadline_s=deadline,
        resume=resume,
        retry_not_graded=retry_not_graded,
        record=record,
        passive=passive,
        disposable=disposable,
        hints=hints,
        ssh_config=str(ssh_config or ""),
    )
    outcome = campaign.run(watcher_for(progress, language))
    if not outcome.everyone_graded:
        raise typer.Exit(NOT_GRADED)
