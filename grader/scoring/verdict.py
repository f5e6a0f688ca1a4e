"""What a check came to, and whose failure it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from grader.checks.mistake import Mistake, NotTried
from grader.errors import MachineUnreachable, ProbeFailed

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Outcome", "Verdict", "judge"]

Verdict = Literal["passed", "failed", "blocked", "error", "skipped"]


@dataclass(frozen=True)
class Outcome:
    verdict: Verdict
    code: str = ""
    values: tuple[tuple[str, str], ...] = ()
    evidence: tuple[str, ...] = ()
    blocked_by: str | None = None
    machine_lost: bool = False
    """True where nothing more can be asked of the machine: the student has no mark."""
    is_ours: bool = False
    """True for a bug of the grader or of the suite: the traceback is in the results."""


def judge(error: BaseException | None, exercise: Path) -> Outcome:
    """The outcome of a check that ended with `error`; `None` is one that ran to its end.

    A failed expectation, or a bare `assert` written in the exercise's own folder, is the student's. Every other
    exception is ours: testinfra, requests and the standard library raise `AssertionError` for failures of their own.
    """
    match error:
        case None:
            return Outcome("passed")
        case Mistake():
            return Outcome("failed", error.code, tuple(error.values.items()), error.evidence)
        case NotTried():
            return Outcome("skipped", error.code)
        case MachineUnreachable():
            return Outcome("error", error.code, tuple(error.values.items()), machine_lost=True)
        case ProbeFailed():
            return Outcome("error", error.code, tuple(error.values.items()))
        case AssertionError() if _raised_in(error.__traceback__, exercise):
            return Outcome("failed", "assertion", (("detail", _first_line(error)),))
        case _:
            detail = f"{type(error).__name__}: {_first_line(error)}"
            return Outcome("error", "check-broken", (("detail", detail),), is_ours=True)


def _raised_in(traceback: TracebackType | None, folder: Path) -> bool:
    while traceback and traceback.tb_next:
        traceback = traceback.tb_next
    if traceback is None:
        return False
    return folder.resolve() in Path(traceback.tb_frame.f_code.co_filename).resolve().parents


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), "")[:200]
