"""Translates typer's English usage errors for students."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final

from grader.messages import LANGUAGES, say

if TYPE_CHECKING:
    from typer.exceptions import TyperException

    from grader.messages import Language

_SENTENCES: Final = {
    r"No such command '(?P<given>.*?)'(?:\. Did you mean (?P<near>.*)\?)?$": "typed-command",
    r"No such option: (?P<given>\S+)(?: \(Possible options: (?P<near>.*)\))?": "typed-option",
    r"Missing (?:argument|option|parameter) '(?P<given>.*?)'": "typed-missing",
}
"""Typer's sentences, and the codes of ours."""


def describe_usage_error(error: TyperException, language: Language) -> str:
    """One sentence that says what to type instead."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "grader"
    message = getattr(error, "format_message", error.__str__)().rstrip(".")
    for pattern, code in _SENTENCES.items():
        if found := re.match(pattern, message):
            values = {name: value or "" for name, value in found.groupdict().items()}
            near = values.get("near", "").replace("'", "")
            return say(f"{code}-near" if near else code, "wrong", values | {"near": near, "command": command}, language)
    return f"{message}; see {command} --help"


def requested_language(words: list[str]) -> str:
    """The value of `--lang`; empty if it is not a language."""
    split = [word.partition("=") for word in words]
    pairs = [*itertools.pairwise(words), *((name, value) for name, _, value in split)]
    return next((value for name, value in pairs if name == "--lang" and value in LANGUAGES), "")
