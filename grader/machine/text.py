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
    shown = "".join(
        escape(character) if unicodedata.category(character) in HIDDEN else character for character in text[: cap + 1]
    )
    return shown if len(shown) <= cap else shown[: cap - 1] + "…"


def escape(character: str) -> str:
    r"""One character as Python would write it: `\x1b`, `\u202e`, `\U000e0001`."""
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
