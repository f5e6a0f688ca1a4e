"""The protocol between a worker and its parent: frames of kind, length and content, validated by the parent."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from grader.reports.result import ResultFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.grading.request import GradingRequest

Kind = Literal["check", "result", "recording", "crash"]
Frame = tuple[Kind, bytes]

_HEADER: Final = struct.Struct(">cL")
_KINDS: Final[dict[bytes, Kind]] = {b"c": "check", b"r": "result", b"R": "recording", b"!": "crash"}
_CODES: Final = {kind: code for code, kind in _KINDS.items()}
MAX_BYTES: Final = 128 * 1024 * 1024
"""Of everything that a worker sends: the recording of a machine is the largest part."""


def encode_frame(kind: Kind, content: bytes) -> bytes:
    return _HEADER.pack(_CODES[kind], len(content)) + content


class FrameReader:
    """Assembles frames from bytes as they arrive. Raises `ValueError` for an invalid frame or too many bytes."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        """`max_bytes`: of all frames together."""
        self._held = bytearray()
        self._left = max_bytes

    def feed(self, data: bytes) -> Iterator[Frame]:
        self._left -= len(data)
        self._held += data
        while len(self._held) >= _HEADER.size:
            code, length = _HEADER.unpack_from(self._held)
            if code not in _KINDS:
                raise ValueError("not a frame of a worker")
            if _HEADER.size + length > len(self._held) + self._left:
                raise ValueError("more output than a worker may send")
            end = _HEADER.size + length
            if len(self._held) < end:
                return
            content = bytes(self._held[_HEADER.size : end])
            del self._held[:end]
            yield _KINDS[code], content


def checked_result(content: bytes, request: GradingRequest) -> ResultFile:
    """Decodes a worker's result, and validates it against the request.

    Raises `ValueError` or `msgspec.DecodeError` with what is wrong.
    """
    result = msgspec.json.decode(content, type=ResultFile)
    earned = sum(check.points for check in result.checks)
    facts = {
        "another exercise": result.exercise != request.exercise.resolve().name,
        "another student": result.student.id != request.student.id,
        "no checks": not result.checks,
        "the checks' points are not the total": sum(one.max_points for one in result.checks) != result.max_points,
        "the points are not the checks'": result.status == "graded" and result.points != earned,
        "points without a mark": (result.mark is None) != (result.status == "not-graded"),
        "points for a check that did not pass": any(one.points and one.verdict != "passed" for one in result.checks),
        "more points than a check is worth": any(not 0 <= one.points <= one.max_points for one in result.checks),
    }
    if wrong := [name for name, is_so in facts.items() if is_so]:
        raise ValueError(f"not a result of this request: {'; '.join(wrong)}")
    return result
