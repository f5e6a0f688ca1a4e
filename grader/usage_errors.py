"""Translates click's English usage errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from click import exceptions

from grader.errors import GraderError

if TYPE_CHECKING:
    from click import Context, Parameter


def describe_usage_error(error: exceptions.ClickException) -> GraderError:
    """One sentence that says what to type instead."""
    context = getattr(error, "ctx", None)
    code, values = _code_and_values(error, context)
    return GraderError(f"usage.{code}", command=context.command_path if context else "grader", **values)


def _code_and_values(error: exceptions.ClickException, context: Context | None) -> tuple[str, dict[str, str]]:
    match error:
        case exceptions.NoSuchCommand(command_name=given, possibilities=near):
            code = "command"
        case exceptions.NoSuchOption(option_name=given, possibilities=near):
            code = "option"
        case exceptions.MissingParameter(param=parameter) if parameter:
            return "missing", {"given": _name_of(parameter, context)}
        case exceptions.BadParameter(param=parameter) if parameter:
            why = error.message.rstrip(".")
            no_number = re.fullmatch(r"('?\S*'?) is not (?:a valid (?:integer|float)|in the range).*", why, re.DOTALL)
            if no_number:
                return "not-a-number", {"given": _name_of(parameter, context), "value": no_number[1]}
            return "value", {"given": _name_of(parameter, context), "why": why}
        case exceptions.BadOptionUsage(option_name=given):
            return "takes-no-value" if "does not take" in error.message else "needs-value", {"given": given}
        case _:
            extra = re.match(r"Got unexpected extra arguments? \((.*)\)", error.message, re.DOTALL)
            return ("extra", {"given": extra[1]}) if extra else ("other", {"why": error.format_message().rstrip(".")})
    return (f"{code}-near", {"given": given, "near": ", ".join(near)}) if near else (code, {"given": given})


def _name_of(parameter: Parameter, context: Context | None) -> str:
    return parameter.get_error_hint(context).strip("'")
