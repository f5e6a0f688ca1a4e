"""The command `grader`: its verbs, parsed; what they do is elsewhere. Exit codes are listed in the README."""

from __future__ import annotations

import itertools
import os
import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

from grader.batch import batch
from grader.compare.command import compare
from grader.doctor.command import doctor
from grader.errors import GraderError, MachineUnreachable
from grader.handout.command import clean, start
from grader.messages import LANGUAGES, say
from grader.newexercise.command import new
from grader.regrade.command import regrade
from grader.rehearsal.command import rehearse
from grader.reports.command import report
from grader.reports.glyphs import say_what_it_can
from grader.repository.command import repo, sign_results, verify_results
from grader.settings import language_of
from grader.version import VERSION
from grader.watch.command import watch

__all__ = ["app", "main"]

INTERRUPTED = 2
_CTRL_C = 130
"""What typer makes of Ctrl-C."""
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
    for stream in (sys.stdout, sys.stderr):
        say_what_it_can(stream, os.environ)
    try:
        code = app(standalone_mode=False) or 0
        sys.exit(INTERRUPTED if code == _CTRL_C else code)
    except TyperException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "grader"
        message = getattr(error, "format_message", error.__str__)().rstrip(".")
        sys.exit(_refused(f"{message}; see {command} --help", USAGE))
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except MachineUnreachable as error:
        language = language_of(_language_asked_for(sys.argv), os.environ)
        sentences = [say(error.code, field, error.values, language) for field in ("wrong", "look")]
        sys.exit(_refused("; ".join(filter(None, sentences)), NOT_GRADED))
    except GraderError as error:
        sys.exit(_refused(str(error), USAGE))


def _language_asked_for(words: list[str]) -> str:
    """What stands behind `--lang`: here its verb has ended already."""
    return next((value for name, value in itertools.pairwise(words) if name == "--lang" and value in LANGUAGES), "")


def _refused(sentence: str, code: int) -> int:
    print(f"grader: {sentence}", file=sys.stderr)  # noqa: T201 - this is where a command speaks
    return code


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        from pathlib import Path  # noqa: PLC0415

        from grader.scoring.suite import suite_hash  # noqa: PLC0415

        print(f"grader {VERSION}, Python {sys.version.split()[0]}")  # noqa: T201
        for sheet in sorted(Path("exercises").glob("*/exercise.toml")):
            print(f"  {sheet.parent}  {suite_hash(sheet.parent)[:16]}")  # noqa: T201
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    *,
    version: Annotated[  # noqa: ARG001 - its callback does it
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Say the version, and which suites are here."),
    ] = False,
) -> None:
    """Grades container labs: one machine, a class, a pushed repository."""
    if context.invoked_subcommand is None:
        print(context.get_help())  # noqa: T201


app.command()(batch)
app.command()(clean)
app.command()(compare)
app.command()(doctor)
app.command()(new)
app.command()(repo)
app.command()(regrade)
app.command()(rehearse)
app.command()(report)
app.command("sign")(sign_results)
app.command()(start)
app.command("verify")(verify_results)
app.command()(watch)
