"""The command line `grader`. The README lists the exit codes."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Annotated

import typer
from typer.exceptions import TyperException

from grader.commands.batch.command import batch
from grader.commands.clean.command import clean
from grader.commands.compare.command import compare
from grader.commands.doctor.command import doctor
from grader.commands.new.command import new
from grader.commands.regrade.command import regrade
from grader.commands.rehearse.command import rehearse
from grader.commands.repo.command import repo
from grader.commands.report.command import report
from grader.commands.sign.command import sign_results
from grader.commands.start.command import start
from grader.commands.verify.command import verify_results
from grader.commands.watch.command import watch
from grader.errors import GraderError, MachineUnreachable, UsageError
from grader.messages import say
from grader.output_streams import interrupt_on_termination, open_standard_streams, tolerate_loss
from grader.reports.terminal.glyphs import replace_unencodable
from grader.settings import language_for_errors
from grader.signals import reset_signals
from grader.text.escaping import log_text
from grader.usage_errors import describe_usage_error, requested_language
from grader.version import VERSION

INTERRUPTED = 2
_CTRL_C = 130
"""The exit code that typer returns after Ctrl-C."""
INTERNAL = 3
USAGE = 4
NOT_GRADED = 6

app = typer.Typer(
    name="grader",
    help="Grade container labs: one machine, a class, a pushed repository.",
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Runs the command line. A user's mistake gives one sentence and an exit code, never a traceback."""
    open_standard_streams()
    sys.stdout, out = tolerate_loss(sys.stdout)
    sys.stderr, _ = tolerate_loss(sys.stderr)
    for stream in (sys.stdout, sys.stderr):
        replace_unencodable(stream, os.environ)
    reset_signals()
    interrupt_on_termination()
    code = _run()
    sys.stdout.flush()
    if out and out.is_incomplete:
        assert out.lost is not None  # noqa: S101 - that is what incomplete means
        code = _fail(f"standard output: {out.lost.strerror}", code or USAGE)
    sys.exit(code)


def _run() -> int:
    try:
        code = app(standalone_mode=False) or 0
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not look like a student's failure (1)
        return _fail(*_describe_error(error))
    return INTERRUPTED if code == _CTRL_C else int(code)


def _describe_error(error: Exception) -> tuple[str, int]:
    """The message for an exception, and the exit code."""
    language = language_for_errors(requested_language(sys.argv), os.environ)
    match error:
        case TyperException():
            return describe_usage_error(error, language), USAGE
        case MachineUnreachable():
            sentences = [say(error.code, field, error.values, language) for field in ("wrong", "look")]
            return "; ".join(filter(None, sentences)), NOT_GRADED
        case UsageError():
            return error.message(language), USAGE
        case GraderError():
            return str(error), USAGE
        case OSError() if error.filename is not None:
            return f"{error.filename}: {error.strerror}", USAGE
    print(log_text("".join(traceback.format_exception(error)).rstrip()), file=sys.stderr)  # noqa: T201
    return "internal error: please report the lines above", INTERNAL


def _fail(sentence: str, code: int) -> int:
    print(log_text(f"grader: {sentence}"), file=sys.stderr)  # noqa: T201 - this is where a command speaks
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
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the version and the suites in exercises/."
        ),
    ] = False,
) -> None:
    """Grade container labs: one machine, a class, a pushed repository."""
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
