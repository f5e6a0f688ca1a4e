"""The engine's dates, as seconds since 1970."""

from __future__ import annotations

import datetime as dt
import re

__all__ = ["moment"]


def moment(written: str) -> float | None:
    """Seconds since 1970 from the engine's RFC 3339 with nanoseconds; `None` for its zero time or no date."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,6})?\d*(Z|[+-]\d\d:\d\d)", written)
    if not found or written.startswith("0001-"):
        return None
    zone = "+00:00" if found[3] == "Z" else found[3]
    fraction = found[2].ljust(7, "0") if found[2] else ""
    try:
        return dt.datetime.fromisoformat(f"{found[1]}{fraction}{zone}").timestamp()
    except (ValueError, OverflowError):  # a thirtieth of February
        return None
