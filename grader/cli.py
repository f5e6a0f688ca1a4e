"""The command line `grader`. The README lists the exit codes."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import click

from grader import exit_codes
from grader.command_options import lang_option
from grader.completion import install_completion, show_completion
from grader.errors import GraderError, MachineUnreachable
from grader.extras import has_extra, require_extra
from grader.garbage_collection import paused_collection
from grader.localized_help import LocalizedCommand, LocalizedGroup
from grader.output_streams import interrupt_on_termination, open_standard_streams, tolerate_loss, wrap_for
from grader.reports.terminal.glyphs import replace_unencodable
from grader.settings import language_for_errors, requested_language
from grader.signals import reset_signals
from grader.text.escaping import log_text
from grader.usage_errors import describe_usage_error
from grader.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.extras import Extra

COMMANDS: Final = (
    "batch", "clean", "compare", "course", "doctor", "export", "forget", "handin", "key", "mark", "new", "note",
    "regrade", "rehearse", "repo", "report", "sign", "start", "verify", "watch",
)  # fmt: skip
"""`grader batch` is the function `batch` of `grader.commands.batch.command`; it is imported only when it is called."""
_EXTRAS: Final[dict[str, Extra]] = {"key": "teacher", "repo": "repo", "report": "teacher"}
"""Commands that need more than the base."""


class _Commands(Mapping[str, click.Command]):
    """The commands by name, each imported when it is asked for."""

    def __getitem__(self, name: str) -> click.Command:
        if name not in COMMANDS:
            raise KeyError(name)
        extra = _EXTRAS.get(name)
        if extra and not has_extra(extra):
            return _without_extra(name, extra)
        with paused_collection():
            command = getattr(import_module(f"grader.commands.{name}.command"), name)
        assert isinstance(command, click.Command)
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


def _without_extra(name: str, extra: Extra) -> click.Command:
    """A command that only says what to install."""
    any_words = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
    return LocalizedCommand(name, callback=lambda: require_extra(extra, f"grader {name}"), context_settings=any_words)


class _Group(LocalizedGroup):
    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = cast("dict[str, click.Command]", _Commands())  # click only reads it

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise click.Abort from error  # click would print an empty line


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
        return int(app(prog_name="grader", standalone_mode=False) or 0)
    except (click.Abort, KeyboardInterrupt):
        return exit_codes.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not look like a student's failure (1)
        return _fail(*_describe_error(error))


def _describe_error(error: Exception) -> tuple[GraderError, int]:
    """What is said of an exception, and the exit code."""
    match error:
        case click.ClickException():
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


def _print_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click calls it so
    if wanted:
        from grader.scoring.suite import suite_hash  # noqa: PLC0415 - slow to import, and not needed by --help

        print(f"grader {VERSION}, Python {sys.version.split()[0]}")
        for spec in sorted(Path("exercises").glob("*/exercise.toml")):
            print(f"  {spec.parent}  {suite_hash(spec.parent)[:16]}")
        context.exit()


@click.group(
    name="grader",
    cls=_Group,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version)
@lang_option
@click.option("--install-completion", is_flag=True, is_eager=True, expose_value=False, callback=install_completion)
@click.option("--show-completion", is_flag=True, is_eager=True, expose_value=False, callback=show_completion)
@click.pass_context
def app(context: click.Context, *, lang: str) -> None:
    """Grade container labs."""
    context.default_map = {command: {"lang": lang} for command in COMMANDS if lang}
    if context.invoked_subcommand is None:
        print(context.get_help())
