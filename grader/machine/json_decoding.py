"""Decodes JSON from a machine into the expected type."""

from __future__ import annotations

from typing import TypeVar

import msgspec

Shape = TypeVar("Shape")


class MalformedJsonError(ValueError):
    """Not JSON, or not of the expected type."""


def decode_json(body: bytes, shape: type[Shape]) -> Shape:
    """`body` as `shape`, with numbers and truth values in quotes accepted. Raises `MalformedJsonError`."""
    try:
        return msgspec.json.decode(body, type=shape, strict=False)
    # The other two: text that is not UTF-8, and endlessly nested lists.
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedJsonError(str(error)) from error
