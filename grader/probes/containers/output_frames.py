"""Two outputs on one connection, as the engine sends them: frames of `[stream, 0, 0, 0, length × 4]` and content.

Source: "Stream format" under `POST /containers/{id}/attach` in the Engine API reference.
"""

from __future__ import annotations

import struct

_HEADER = struct.Struct(">BxxxL")


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
