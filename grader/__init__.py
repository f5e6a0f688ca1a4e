"""What a suite imports: how to declare a check, to say what is expected, and to fail with words of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.checks.expect import expect
    from grader.checks.failure import fail
    from grader.machine.machine import Machine
    from grader.scoring.check import Hint, check

__all__ = ["Hint", "Machine", "check", "expect", "fail"]

_HOMES = {
    "Hint": "grader.scoring.check",
    "Machine": "grader.machine.machine",
    "check": "grader.scoring.check",
    "expect": "grader.checks.expect",
    "fail": "grader.checks.failure",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        import importlib  # noqa: PLC0415 - the installed plugin costs other people's pytest nothing

        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
