"""What a container printed. Source: `GET /containers/{id}/logs`.

The engine sends two outputs on one connection as frames of `[stream, 0, 0, 0, length × 4]` and content: see "Stream
format" under `POST /containers/{id}/attach` in the Engine API reference.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from grader.machine.question import EngineQuestion, NoAnswer

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact

_TAIL: Final = "200"
_HEADER = struct.Struct(">BxxxL")


def read_log(machine: Machine, container: ContainerFact, *, fresh: bool = False) -> bytes | None:
    """The last lines of both outputs, in order; `None` if the engine keeps no readable log.

    `fresh` ignores the remembered answer: for a line that was written just now.
    """
    question = EngineQuestion(f"/containers/{container.id}/logs", (("stderr", "1"), ("stdout", "1"), ("tail", _TAIL)))
    answer = machine.ask_uncached(question) if fresh else machine.ask(question)
    if isinstance(answer, NoAnswer) or answer.status != 200:
        return None
    return answer.body if container.tty else join_frames(answer.body)


def last_lines(log: bytes | None, count: int = 1) -> list[bytes]:
    """The last lines that are not blank."""
    lines = [line for line in (log or b"").splitlines() if line.strip()]
    return lines[-count:]


def join_frames(body: bytes, streams: tuple[int, ...] = (1, 2)) -> bytes:
    """The content of the frames of `streams` (1 is stdout, 2 is stderr), in order.

    A body without frames (from a terminal, or an engine that does not use them) is returned as it is.
    """
    if not _is_framed(body):
        return body
    parts: list[bytes] = []
    at = 0
    while at + _HEADER.size <= len(body):
        stream, length = _HEADER.unpack_from(body, at)
        if stream > 2 or body[at + 1 : at + 4] != b"\0\0\0":
            break
        at += _HEADER.size
        if stream in streams:
            parts.append(body[at : at + length])
        at += length
    return b"".join(parts)


def _is_framed(body: bytes) -> bool:
    """True if the body starts like a frame, even if it was cut off within its first header."""
    start = body[:4]
    return start[:1] in {b"\0", b"\1", b"\2"} and b"\0\0\0".startswith(start[1:])
