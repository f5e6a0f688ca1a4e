"""`--help` in the reader's language: every word is in `messages/*/help.toml`, by command and option."""

from __future__ import annotations

import os
import sys
from typing import Any

import typer.core
from typer.core import TyperCommand, TyperGroup

from grader.messages import find_text
from grader.settings import language_for_errors, requested_language


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


def _typer_word(text: str) -> str:
    """In place of `gettext`, by which typer looks its own words up."""
    try:
        return help_text(f"typer.{text}")
    except KeyError:
        return text


setattr(typer.core, "_", _typer_word)  # noqa: B010 - it is private, so mypy does not know it


class _Localized:
    """A command of typer whose words are read from the catalogue when help is asked for."""

    name: str | None
    options_metavar: str | None

    @property
    def help(self) -> str:
        return help_text(f"{self.name}.about").strip()

    @help.setter  # noqa: A003 - typer calls it so
    def help(self, docstring: str | None) -> None:
        """Typer offers the function's docstring, which is for developers."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        self.options_metavar = help_text("typer.options-metavar")
        self.subcommand_metavar = help_text("typer.command-metavar")
        for parameter in self.get_params(ctx):  # type: ignore[attr-defined]  # as above
            parameter.help = option_help(self.name or "", parameter.name.replace("_", "-"))
        super().format_help(ctx, formatter)  # type: ignore[misc]  # as above

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        words = " ".join(self.collect_usage_pieces(ctx))  # type: ignore[attr-defined]  # as above
        formatter.write_usage(ctx.command_path, words, f"{help_text('typer.usage')} ")


class LocalizedCommand(_Localized, TyperCommand):  # type: ignore[misc]  # `help` is an attribute there
    """One command."""


class LocalizedGroup(_Localized, TyperGroup):  # type: ignore[misc]  # as above
    """The program with its commands."""
