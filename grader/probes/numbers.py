"""Whole numbers in labels, attributes and variables, which anyone may have written."""

from __future__ import annotations

from typing import Final

__all__ = ["whole_number"]

_DIGITS: Final = 18
"""Python refuses thousands of digits, and no counter of an engine has more than these."""


def whole_number(written: str) -> int | None:
    """`None` if the text is not a whole number, is negative, or has too many digits."""
    is_one = written.isascii() and written.isdecimal() and len(written) <= _DIGITS
    return int(written) if is_one else None
