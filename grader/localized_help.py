"""`--help` in the reader's language: every word is in `messages/*/help.toml`, by command and option."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click
import click.core

from grader.messages import find_text
from grader.settings import language_for_errors, requested_language

if TYPE_CHECKING:
    from click import Context, HelpFormatter, Parameter


def help_text(key: str) -> str:
    """The text of `key`; raises `KeyError` without it."""
    found = find_text("help", key, language_for_errors(requested_language(sys.argv), os.environ))
    if found is None:
        raise KeyError(key)
    return str(found)


def option_help(command: str, option: str) -> str:
    """What `command` says about its option, else what is said about it everywhere. Raises `KeyError` without either."""
    try:
        return help_text(f"{command}.{option}")
    except KeyError:
        return help_text(f"option.{option}")


def catalogue_name(parameter: Parameter) -> str:
    """The name by which the catalogue explains a parameter; click's own name of `--help` is not one."""
    return max(parameter.opts, key=len).lstrip("-").replace("_", "-")


def _click_word(text: str) -> str:
    """In place of `gettext`, by which click looks its own words up."""
    try:
        return help_text(f"click.{text}")
    except KeyError:
        return text


setattr(click.core, "_", _click_word)  # noqa: B010 - it is private, so mypy does not know it


class _Localized(click.Command):
    """A command whose words are read from the catalogue when help is asked for."""

    @property
    def help(self) -> str:
        return help_text(f"{self.name}.about").strip()

    @help.setter  # noqa: A003 - click calls it so
    def help(self, docstring: str | None) -> None:
        """Click offers the function's docstring, which is for developers."""

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        self.options_metavar = help_text("click.options-metavar")
        for parameter in self.get_params(ctx):
            assert isinstance(parameter, click.Argument | click.Option)
            parameter.help = option_help(self.name or "", catalogue_name(parameter))
            if isinstance(parameter, click.Option) and not parameter.is_flag:
                parameter.metavar = parameter.metavar or help_text(f"click.{parameter.type.name}")
        super().format_help(ctx, formatter)

    def format_usage(self, ctx: Context, formatter: HelpFormatter) -> None:
        words = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, words, f"{help_text('click.usage')} ")


class LocalizedCommand(_Localized):
    """One command."""


class LocalizedGroup(_Localized, click.Group):
    """The program with its commands."""

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        self.subcommand_metavar = help_text("click.command-metavar")
        super().format_help(ctx, formatter)

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """As click does, but without importing every command for its summary."""
        within = "" if self.name == "grader" else f"{self.name}-"  # as `course-add` is `grader course add`
        names = self.list_commands(ctx)
        summaries = [(name, help_text(f"{within}{name}.about").strip().partition("\n")[0]) for name in names]
        with formatter.section(help_text("click.Commands")):
            formatter.write_dl(summaries)
