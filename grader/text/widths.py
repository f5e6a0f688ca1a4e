"""The width of text on a terminal: two columns for a wide character, none for a combining one."""

from __future__ import annotations

import re
import unicodedata


def display_width(text: str) -> int:
    """The columns that `text` takes: two for a wide character, none for a combining one."""
    return len(text) if text.isascii() else sum(map(_character_width, text))


def _character_width(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def truncate_to_width(text: str, width: int) -> str:
    """The longest beginning of `text` that fits in `width` columns."""
    taken = 0
    for at, char in enumerate(text):
        taken += _character_width(char)
        if taken > width:
            return text[:at]
    return text


def pad_to_width(text: str, width: int) -> str:
    """`text` filled up with spaces to `width` columns."""
    return text + " " * (width - display_width(text))


def wrap_to_width(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Wraps one line of text to `width` columns; lines begin with `first`, then with `rest`.

    `textwrap` counts characters, not columns. Spaces between words stay as they are; a word too long is cut.
    """
    width = max(width, display_width(first) + 8, display_width(rest) + 8)
    lines, line, is_begun = [], first, False
    for gap, word in re.findall(r"( *)([^ ]+)", text):
        if is_begun and display_width(line + gap + word) > width:
            lines.append(line)
            line = rest + word
        else:
            line += gap + word
        while display_width(line) > width:
            head = truncate_to_width(line, width)
            lines.append(head)
            line = rest + line[len(head) :]
        is_begun = True
    return [*lines, line]
