"""How a refused piece of input is shown: short, on one line, with nothing in it that a terminal obeys."""

from __future__ import annotations

__all__ = ["quoted"]

LONGEST = 60


def quoted(text: str) -> str:
    """`text` between quotes, at most 60 characters of it, control and direction marks as escapes."""
    return repr(text) if len(text) <= LONGEST else repr(text[:LONGEST]) + "…"
