"""Dates and whole numbers as an engine, or whoever wrote a label, spells them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final


def parse_timestamp(text: str) -> float | None:
    """Seconds since 1970 from the engine's RFC 3339 with nanoseconds; `None` for its zero time or no date."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6})?\d*(Z|[+-]\d\d:\d\d)", text)
    if not found or text.startswith("0001-"):
        return None
    zone = "+00:00" if found[3] == "Z" else found[3]
    fraction = found[2].ljust(7, "0") if found[2] else ""
    try:
        return dt.datetime.fromisoformat(f"{found[1]}{fraction}{zone}").timestamp()
    except (ValueError, OverflowError):  # a thirtieth of February
        return None


_MAX_DIGITS: Final = 18
"""Python refuses thousands of digits, and no counter of an engine has more than these."""


def parse_number(text: str) -> int | None:
    """`None` if the text is not a whole number, is negative, or has too many digits."""
    is_one = text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS
    return int(text) if is_one else None
