"""What stands at a line of a pushed file: a refusal, a mistake, or advice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from grader.reports.result import ResultFile


@dataclass(frozen=True, slots=True)
class Finding:
    file: str
    """Below the repository, with `/`."""
    line: int | None
    code: str
    """A rule of the policy, or of the tool that gives the advice; empty if it has none."""
    text: str
    """One line, ready to be shown."""
    severity: Literal["error", "notice"]
    """`notice`: advice, which costs no points."""


def advice_findings(result: ResultFile) -> list[Finding]:
    return [Finding(one.file, one.line, one.code or one.tool, one.text, "notice") for one in result.advice]
