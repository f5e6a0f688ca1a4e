"""The command line `grader`. The README lists the exit codes."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

import typer
import typer.main
from typer.exceptions import TyperException

from grader import exit_codes
from grader.errors import GraderError, MachineUnreachable
from grader.extras import has_extra, require_extra
from grader.localized_help import LocalizedCommand, LocalizedGroup
from grader.output_streams import interrupt_on_termination, open_standard_streams, tolerate_loss, wrap_for
from grader.reports.terminal.glyphs import replace_unencodable
from grader.settings import language_for_errors, requested_language
from grader.signals import reset_signals
from grader.text.escaping import log_text
from grader.usage_errors import describe_usage_error
from grader.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.extras import Extra

COMMANDS: Final = (
    "batch", "clean", "compare", "doctor", "export", "new", "regrade", "rehearse",
    "repo", "report", "sign", "start", "verify", "watch",
)  # fmt: skip
"""`grader batch` is the function `batch` of `grader.commands.batch.command`; it is imported only when it is called."""
_EXTRAS: Final[dict[str, Extra]] = {"repo": "repo", "report": "teacher"}
"""Commands that need more than the base."""
_CTRL_C: Final = 130
"""The exit code that typer returns after Ctrl-C."""


class _Commands(Mapping[str, Any]):
    """The commands by name, each imported when it is asked for."""

    def __getitem__(self, name: str) -> Any:
        if name not in COMMANDS:
            raise KeyError(name)
        command = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        extra = _EXTRAS.get(name)
        if extra and not has_extra(extra):
            any_words = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
            command.command(name, cls=LocalizedCommand, context_settings=any_words)(_without_extra(name, extra))
        else:
            command.command(name, cls=LocalizedCommand)(getattr(import_module(f"grader.commands.{name}.command"), name))
        return typer.main.get_command(command)

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


def _without_extra(name: str, extra: Extra) -> Callable[[], None]:
    """A command that only says what to install."""

    def command() -> None:
        require_extra(extra, f"grader {name}")

    return command


class _Group(LocalizedGroup):
    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = cast("dict[str, Any]", _Commands())  # typer only reads it


app = typer.Typer(
    name="grader",
    cls=_Group,
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
        assert out.lost is not None
        code = _fail(GraderError("usage.standard-output", detail=out.lost.strerror), code or exit_codes.USAGE_ERROR)
    sys.exit(code)


def _run() -> int:
    try:
        code = app(standalone_mode=False) or 0
    except (typer.Abort, KeyboardInterrupt):
        return exit_codes.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not look like a student's failure (1)
        return _fail(*_describe_error(error))
    return exit_codes.INTERRUPTED if code == _CTRL_C else int(code)


def _describe_error(error: Exception) -> tuple[GraderError, int]:
    """What is said of an exception, and the exit code."""
    match error:
        case TyperException():
            return describe_usage_error(error), exit_codes.USAGE_ERROR
        case MachineUnreachable():
            return error, exit_codes.NOT_GRADED
        case GraderError():
            return error, exit_codes.USAGE_ERROR
        case OSError() if error.filename is not None:
            return GraderError("at.file", file=error.filename, fault=error.strerror), exit_codes.USAGE_ERROR
    print(log_text("".join(traceback.format_exception(error)).rstrip()), file=sys.stderr)
    return GraderError("usage.internal"), exit_codes.INTERNAL_ERROR


def _fail(error: GraderError, code: int) -> int:
    sentence = error.message(language_for_errors(requested_language(sys.argv), os.environ))
    print(wrap_for(sys.stderr, log_text(f"grader: {sentence}")), file=sys.stderr)
    return code


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        from grader.scoring.suite import suite_hash  # noqa: PLC0415 - slow to import, and not needed by --help

        print(f"grader {VERSION}, Python {sys.version.split()[0]}")
        for spec in sorted(Path("exercises").glob("*/exercise.toml")):
            print(f"  {spec.parent}  {suite_hash(spec.parent)[:16]}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,  # noqa: ARG001
    lang: str = "",
) -> None:
    """Grade container labs."""
    context.default_map = {command: {"lang": lang} for command in COMMANDS if lang}
    if context.invoked_subcommand is None:
        print(context.get_help())
