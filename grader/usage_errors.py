"""Translates typer's English usage errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.errors import GraderError

if TYPE_CHECKING:
    from typer.exceptions import TyperException

_SENTENCES: Final = {
    r"No such command '(?P<given>.*?)'(?:\. Did you mean (?P<near>.*)\?)?$": "command",
    r"No such option: (?P<given>\S+)(?: \(Possible options: (?P<near>.*)\))?": "option",
    r"Missing (?:argument|option|parameter) '(?P<given>.*?)'": "missing",
    r"Invalid value for '(?P<given>.*?)': (?P<why>.*)": "value",
    r"Option '(?P<given>.*?)' requires": "needs-value",
    r"Option '(?P<given>.*?)' does not take a value": "takes-no-value",
    r"Got unexpected extra argument(?:s|\(s\))? \((?P<given>.*)\)": "extra",
    r"(?P<why>.*)": "other",
}
"""Typer's sentences, and the codes of ours."""


def describe_usage_error(error: TyperException) -> GraderError:
    """One sentence that says what to type instead."""
    context = getattr(error, "ctx", None)
    message = getattr(error, "format_message", error.__str__)().rstrip(".")
    matches = ((code, re.match(sentence, message, re.DOTALL)) for sentence, code in _SENTENCES.items())
    code, found = next((code, found) for code, found in matches if found)
    values = {name: value or "" for name, value in found.groupdict().items()}
    near = values.pop("near", "").replace("'", "")
    values["command"] = context.command_path if context else "grader"
    return GraderError(f"usage.{code}-near", near=near, **values) if near else GraderError(f"usage.{code}", **values)
