"""Whole numbers in words that anyone may have written: labels, attributes, variables."""

from __future__ import annotations

from typing import Final

__all__ = ["whole_number"]

_DIGITS: Final = 18
"""Python refuses thousands of them, and no counter of an engine has more."""


def whole_number(written: str) -> int | None:
    """`None` for what is none, is below zero, or has too many digits to be one that is meant."""
    is_one = written.isascii() and written.isdecimal() and len(written) <= _DIGITS
    return int(written) if is_one else None
