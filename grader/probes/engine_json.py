"""Decodes the answers of an engine. An answer that is not as the API promises raises `ProbeFailed`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from msgspec import Meta

from grader.errors import ProbeFailed
from grader.machine.json_decoding import MalformedJsonError, decode_json
from grader.machine.question import Answer, EngineQuestion
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from grader.machine.machine import Machine

Shape = TypeVar("Shape")

Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""A number as engines have them. Longer ones could be neither computed with nor written."""


def decode(answer: Answer, shape: type[Shape], asked: str) -> Shape:
    """The body of a 200 as `shape`. Raises `ProbeFailed` for anything else."""
    require_status(answer, asked, 200)
    return _decode_body(answer.body, shape, asked)


def decode_lines(answer: Answer, shape: type[Shape], asked: str) -> list[Shape]:
    """As `decode`, for one value per line."""
    require_status(answer, asked, 200)
    return [_decode_body(line, shape, asked) for line in answer.body.splitlines() if line]


def post(
    machine: Machine, path: str, body: dict[str, Any] | None = None, query: tuple[tuple[str, str], ...] = ()
) -> Answer:
    """The engine's answer to `POST path`, whatever its status."""
    content = b"" if body is None else json.dumps(body, sort_keys=True).encode()
    answer = machine.ask(EngineQuestion(path, query, method="POST", body=content))
    assert isinstance(answer, Answer), "an engine answers or the machine is unreachable"
    return answer


def garbled_answer(asked: str, detail: str) -> ProbeFailed:
    """The error for an answer of the right shape with an impossible value."""
    return ProbeFailed("answer-garbled", asked=asked, detail=escape_control_characters(detail, 120))


def require_status(answer: Answer, asked: str, *statuses: int) -> None:
    if answer.truncated:
        raise ProbeFailed("answer-too-large", asked=asked)
    if answer.status not in statuses:
        detail = f"{answer.status} {escape_control_characters(answer.body, 160)}"
        raise ProbeFailed("answer-unexpected", asked=asked, detail=detail)


def _decode_body(body: bytes, shape: type[Shape], asked: str) -> Shape:
    try:
        return decode_json(body, shape)
    except MalformedJsonError as error:
        raise garbled_answer(asked, str(error)) from error
