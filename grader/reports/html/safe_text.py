"""Makes outside text safe to display: bounded, with every invisible or misleading character escaped.

A result file may come from anywhere, so a page does not rely on its text being clean.
Escaping for HTML is not done here: the templates do it for everything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.text.escaping import escape_misleading

_CODE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class TextPiece:
    """A part of a message: code, written in backticks, or the prose around it."""

    text: str
    code: bool


def line(text: str, max_length: int = 80) -> str:
    """`text` on one line, cut to `max_length` characters, with the number of those omitted."""
    return _bounded(text, max_length, kept="")


def block(text: str, max_length: int = 2000) -> str:
    """Like `line`, but keeps line breaks and tabs."""
    return _bounded(text.replace("\r\n", "\n"), max_length, kept="\n\t")


def split_code(text: str) -> list[TextPiece]:
    """Splits a cleaned message at its backticks; a single backtick stays as it is."""
    found = [TextPiece(part, code=index % 2 == 1) for index, part in enumerate(_CODE.split(text))]
    return [piece for piece in found if piece.text]


def _bounded(text: str, max_length: int, kept: str) -> str:
    left_out = len(text) - max_length
    text = text[:max_length]
    if not (text.isascii() and text.isprintable()):
        text = escape_misleading(text, kept)
    return f"{text}… [+{left_out}]" if left_out > 0 else text
