"""JSON from outside, decoded at the border: into the shape that was promised, or refused."""

from __future__ import annotations

from typing import TypeVar

import msgspec

__all__ = ["Garbled", "decoded"]

Shape = TypeVar("Shape")


class Garbled(ValueError):
    """Not JSON, or not of the shape that was promised."""


def decoded(body: bytes, shape: type[Shape]) -> Shape:
    """`body` as `shape`, with numbers and truth values in quotes accepted. Raises `Garbled`."""
    try:
        return msgspec.json.decode(body, type=shape, strict=False)
    # The two others: a text that is no UTF-8, and lists in lists without end.
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Garbled(str(error)) from error
