"""From an engine's answer to checked values: what is not as the API promises is our failure to look."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from grader.errors import ProbeFailed
from grader.machine.decoding import Garbled, decoded
from grader.machine.text import visible

if TYPE_CHECKING:
    from grader.machine.question import Answer

__all__ = ["decode", "expected_status"]

Shape = TypeVar("Shape")


def decode(answer: Answer, shape: type[Shape], asked: str) -> Shape:
    """The body of a 200 as `shape`. Raises `ProbeFailed` where the engine says anything else."""
    expected_status(answer, asked, 200)
    try:
        return decoded(answer.body, shape)
    except Garbled as error:
        raise ProbeFailed("answer-garbled", asked=asked, detail=visible(str(error), 120)) from error


def expected_status(answer: Answer, asked: str, *statuses: int) -> None:
    if answer.truncated:
        raise ProbeFailed("answer-too-large", asked=asked)
    if answer.status not in statuses:
        detail = f"{answer.status} {visible(answer.body, 160)}"
        raise ProbeFailed("answer-unexpected", asked=asked, detail=detail)
