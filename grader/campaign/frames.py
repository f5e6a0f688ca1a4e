"""What a worker sends to its parent: checked data in frames, never objects. A frame: kind, length, content."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Frame", "FrameReader", "frame"]

Kind = Literal["check", "result", "recording", "crash"]
Frame = tuple[Kind, bytes]

_HEADER: Final = struct.Struct(">cL")
_KINDS: Final[dict[bytes, Kind]] = {b"c": "check", b"r": "result", b"R": "recording", b"!": "crash"}
_CODES: Final = {kind: code for code, kind in _KINDS.items()}
_LONGEST: Final = 64 * 1024 * 1024


def frame(kind: Kind, content: bytes) -> bytes:
    return _HEADER.pack(_CODES[kind], len(content)) + content


class FrameReader:
    """Puts frames together from bytes as they come. Raises `ValueError` at what is no frame, or a huge one."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        self._held += data
        while len(self._held) >= _HEADER.size:
            code, length = _HEADER.unpack_from(self._held)
            if code not in _KINDS or length > _LONGEST:
                raise ValueError("not a frame of a worker")
            end = _HEADER.size + length
            if len(self._held) < end:
                return
            content = bytes(self._held[_HEADER.size : end])
            del self._held[:end]
            yield _KINDS[code], content
