"""What typer says of a command line in English alone, in the reader's language where that may be a student's."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final

from grader.messages import LANGUAGES, say

if TYPE_CHECKING:
    from typer.exceptions import TyperException

    from grader.messages import Language

__all__ = ["language_asked_for", "mistyped"]

_SENTENCES: Final = {
    r"No such command '(?P<given>.*?)'(?:\. Did you mean (?P<near>.*)\?)?$": "typed-command",
    r"No such option: (?P<given>\S+)(?: \(Possible options: (?P<near>.*)\))?": "typed-option",
    r"Missing (?:argument|option|parameter) '(?P<given>.*?)'": "typed-missing",
}
"""Typer's own, and the code of ours."""


def mistyped(error: TyperException, language: Language) -> str:
    """One sentence with the way out."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "grader"
    message = getattr(error, "format_message", error.__str__)().rstrip(".")
    for pattern, code in _SENTENCES.items():
        if found := re.match(pattern, message):
            values = {name: value or "" for name, value in found.groupdict().items()}
            near = values.get("near", "").replace("'", "")
            return say(f"{code}-near" if near else code, "wrong", values | {"near": near, "command": command}, language)
    return f"{message}; see {command} --help"


def language_asked_for(words: list[str]) -> str:
    """What stands behind `--lang`."""
    split = [word.partition("=") for word in words]
    pairs = [*itertools.pairwise(words), *((name, value) for name, _, value in split)]
    return next((value for name, value in pairs if name == "--lang" and value in LANGUAGES), "")
