"""The border that outside text crosses once: bytes in, short printable text out."""

from __future__ import annotations

import unicodedata

__all__ = ["HIDDEN", "escape", "visible"]

HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories that a terminal, XML or a reader could be fooled by: controls, bidi marks, surrogates, …"""


def visible(text: str | bytes, cap: int = 300) -> str:
    """`text` with every control, bidi mark and unassigned character as a visible escape, at most `cap` characters."""
    if isinstance(text, bytes):
        text = text[: cap * 4].decode("utf-8", "replace")
    text = text[: cap + 1]
    # Nearly all text is plain, and most of what is said of a machine comes by here.
    if not text.isprintable():
        text = "".join(escape(one) if unicodedata.category(one) in HIDDEN else one for one in text)
    return text if len(text) <= cap else text[: cap - 1] + "…"


def escape(character: str) -> str:
    r"""One character as Python would write it: `\x1b`, `\u202e`, `\U000e0001`."""
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
