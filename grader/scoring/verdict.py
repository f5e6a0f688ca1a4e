"""The outcome of a check, and whose failure it is."""

from __future__ import annotations

import linecache
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from grader.checks.failure import CheckFailed, CheckSkipped
from grader.errors import MachineUnreachable, ProbeFailed
from grader.scoring.evidence import evidence_of

if TYPE_CHECKING:
    from types import TracebackType

    from grader.machine.question import Answer, NoAnswer, Question

Verdict = Literal["passed", "failed", "blocked", "error", "skipped"]
Values: TypeAlias = tuple[tuple[str, str], ...]
"""The values of a diagnosis, by name."""


@dataclass(frozen=True)
class Outcome:
    verdict: Verdict
    code: str = ""
    values: Values = ()
    evidence: tuple[str, ...] = ()
    blocked_by: str | None = None
    machine_lost: bool = False
    """True if the machine can no longer be asked anything: the student has no mark."""
    is_grader_bug: bool = False
    """True for a bug of the grader or of the suite: the traceback is in the results."""
    also: tuple[tuple[str, Values], ...] = ()
    """What else failed the check: the codes and values of its other diagnoses, such as those of other containers."""
    waited_s: float = 0.0
    """How long the check waited before it failed, in seconds."""

    @property
    def diagnoses(self) -> tuple[tuple[str, Values], ...]:
        """Its own code and values, then those in `also`."""
        return ((self.code, self.values), *self.also)

    def with_evidence(self, trail: list[tuple[Question, Answer | NoAnswer]]) -> Outcome:
        """Adds questions and answers as evidence to a failure."""
        return replace(self, evidence=self.evidence + evidence_of(trail)) if self.verdict == "failed" else self

    def with_traceback(self, lines: list[str]) -> Outcome:
        """Replaces the evidence by the traceback if it is a bug of ours."""
        return replace(self, evidence=tuple(lines)) if self.is_grader_bug else self


def judge(error: BaseException | None, exercise: Path | None = None) -> Outcome:  # noqa: PLR0911 - one return per kind of end
    """The outcome of a check that raised `error`; `None` if it raised nothing.

    A failed expectation, or a bare `assert` written in the exercise's own folder, is the student's. Every other
    exception is ours: testinfra, requests and the standard library raise `AssertionError` for failures of their own.
    """
    match error:
        case None:
            return Outcome("passed")
        case CheckFailed():
            also = tuple((one.code, tuple(one.values.items())) for one in error.also)
            evidence = (*error.evidence, *(line for one in error.also for line in one.evidence))
            values = tuple(error.values.items())
            return Outcome("failed", error.code, values, evidence, also=also, waited_s=error.waited_s)
        case CheckSkipped():
            return Outcome("skipped", error.code)
        case MachineUnreachable():
            return Outcome("error", error.code, tuple(error.values.items()), machine_lost=True)
        case ProbeFailed():
            return Outcome("error", error.code, tuple(error.values.items()))
        case AssertionError() if exercise and (line := _line_in(error.__traceback__, exercise)):
            return Outcome("failed", "assertion", (("detail", line),))
        case _:
            detail = f"{type(error).__name__}: {_first_line(error)}"
            return Outcome("error", "check-broken", (("detail", detail),), is_grader_bug=True)


def _line_in(traceback: TracebackType | None, folder: Path) -> str:
    """The source line of the suite that raised the exception; empty if it was raised elsewhere.

    Not the exception's message: pytest rewrites that of an `assert`, other runs do not.
    """
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    if traceback is None:
        return ""
    file = traceback.tb_frame.f_code.co_filename
    if folder.resolve() not in Path(file).resolve().parents:
        return ""
    return linecache.getline(file, traceback.tb_lineno).strip() or "assert"


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), "")[:200]
