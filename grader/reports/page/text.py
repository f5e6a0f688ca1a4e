"""Outside text made fit to be looked at: bounded, with every invisible or misleading character shown as an escape.

A results file may come from anywhere, so a page does not count on its text having been cleaned before.
Escaping for HTML is not done here: the templates do it, for everything.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from grader.machine.text import HIDDEN, escape

__all__ = ["Piece", "block", "folded", "line", "pieces"]

_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and symbols, by their category, that show nothing: a name made of them would look empty."""

_MARKS_IN_A_ROW = 3
"""No script stacks more accents on one letter; hundreds of them would paint over the lines above."""

_CODE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Piece:
    """A run of a message: Docker's own words, written in backticks, or the prose around them."""

    text: str
    code: bool


def line(text: str, cap: int = 80) -> str:
    """`text` on one line, at most `cap` of its characters, with what was left out counted."""
    return _shown(text, cap, kept="")


def block(text: str, cap: int = 2000) -> str:
    """As `line`, with line ends and tabs kept."""
    return _shown(text.replace("\r\n", "\n"), cap, kept="\n\t")


def pieces(text: str) -> list[Piece]:
    """A cleaned message, cut at its backticks; a backtick without its partner stays as it is."""
    found = [Piece(part, code=index % 2 == 1) for index, part in enumerate(_CODE.split(text))]
    return [piece for piece in found if piece.text]


def folded(text: str) -> str:
    """`text` without case and accents, to be searched in."""
    letters = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


def _shown(text: str, cap: int, kept: str) -> str:
    left_out = len(text) - cap
    text = text[:cap]
    if not (text.isascii() and text.isprintable()):
        text = _visible(text, kept)
    return f"{text}… [+{left_out}]" if left_out > 0 else text


def _visible(text: str, kept: str) -> str:
    out, stacked = [], 0
    for letter in text:
        category = unicodedata.category(letter)
        stacked = stacked + 1 if category in {"Mn", "Me"} else 0
        misleads = category in HIDDEN or letter in _BLANK_LETTERS or stacked > _MARKS_IN_A_ROW
        out.append(escape(letter) if misleads and letter not in kept else letter)
    return "".join(out)
