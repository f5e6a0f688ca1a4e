"""How a refused piece of input is shown: short, on one line, with nothing in it that a terminal obeys."""

from __future__ import annotations

MAX_LENGTH = 60


def quoted(text: str) -> str:
    """`text` between quotes, at most 60 characters of it, control and direction marks as escapes."""
    return repr(text) if len(text) <= MAX_LENGTH else repr(text[:MAX_LENGTH]) + "…"
