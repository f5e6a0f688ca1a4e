"""The outcome of a check, and whose failure it is."""

from __future__ import annotations

import ast
import linecache
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from grader.checks.failure import CheckFailed, CheckSkipped
from grader.errors import MachineUnreachable, ProbeFailed
from grader.scoring.evidence import evidence_of
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Container
    from types import TracebackType

    from grader.machine.question import Answer, NoAnswer, Question

BARE_ASSERT: Final = "assertion"
"""The code of a failed `assert` that names none of the exercise's own. It does not identify a mistake."""
_MAX_MESSAGE_LENGTH: Final = 200
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


def judge(  # noqa: PLR0911 - one return per kind of end
    error: BaseException | None, exercise: Path | None = None, own_codes: Container[str] = ()
) -> Outcome:
    """The outcome of a check that raised `error`; `None` if it raised nothing.

    A failed expectation, or a bare `assert` written in the exercise's own folder, is the student's. Every other
    exception is ours: testinfra, requests and the standard library raise `AssertionError` for failures of their own.
    An `assert` whose message is one of `own_codes` has that diagnosis.
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
        case AssertionError() if exercise and (place := _place_in(exercise, error.__traceback__)):
            said = _message_of(error, *place)
            return Outcome("failed", said) if said in own_codes else Outcome("failed", BARE_ASSERT, (("detail", said),))
        case _:
            detail = f"{type(error).__name__}: {_first_line(error)}"
            return Outcome("error", "check-broken", (("detail", detail),), is_grader_bug=True)


def _place_in(folder: Path, traceback: TracebackType | None) -> tuple[str, int] | None:
    """The file and line of the suite that raised the exception; `None` if it was raised elsewhere."""
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    if traceback is None:
        return None
    file = traceback.tb_frame.f_code.co_filename
    return (file, traceback.tb_lineno) if folder.resolve() in Path(file).resolve().parents else None


def _message_of(error: AssertionError, file: str, line: int) -> str:
    """The first line of the message that the author wrote; empty without one.

    Never the source, which contains the answer. pytest puts it in place of a missing message, and below any other.
    """
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except SyntaxError:  # the file has changed since it was imported
        return ""
    asserts = (node for node in ast.walk(tree) if isinstance(node, ast.Assert))
    is_bare = any(node.msg is None and node.lineno <= line <= (node.end_lineno or 0) for node in asserts)
    return "" if is_bare else escape_control_characters(_first_line(error), _MAX_MESSAGE_LENGTH)


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), "")[:200]
