"""The border that outside text crosses once: bytes in, short printable text out."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["HIDDEN", "escape", "inert", "log_line", "log_text", "visible"]

HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories that a terminal, XML or a reader could be fooled by: controls, bidi marks, surrogates, …"""

_COMMANDS = re.compile(
    r"[%\u066a\ufe6a\uff05](?=[)\ufe5a\uff09])"  # `(100 %)`: GitLab's coverage expression makes a badge of it
    r"|section_(?:start|end)(?=:)"  # GitLab folds a log at these
    r"|:(?=:[A-Za-z][A-Za-z-]*(?:[\s,][^:]*)?::)"  # `::error::`, `::set-output name=x::`: GitHub obeys these
    r"|##(?=[A-Za-z]*\[)"  # `##[group]`, `##vso[…]`, `##teamcity[…]`: GitHub, Azure and TeamCity obey these
)
"""What a CI service obeys or reads as a number, wherever it stands in a job's log."""
_SIGNS = ("%", "::", "##", "section_", "\u066a", "\ufe6a", "\uff05")
"""One of these is in everything that `_COMMANDS` finds; looking for them is ten times as fast."""


def visible(text: str | bytes, cap: int = 300) -> str:
    """`text` with every control, bidi mark and unassigned character as a visible escape, at most `cap` characters.

    Nothing that a CI service obeys in a job's log is left in it: see `inert`.
    """
    if isinstance(text, bytes):
        text = text[: cap * 4].decode("utf-8", "replace")
    text = _printable(text[: cap + 1])
    return text if len(text) <= cap else text[: cap - 1] + "…"


def log_line(text: str) -> str:
    """`text` as one whole line of a job's log or a terminal, whatever outside text its parts came from."""
    return _printable(text)


def log_text(text: str) -> str:
    """`text` for a log, its line ends kept: for what is ours to break into lines, such as a traceback."""
    return "\n".join(log_line(line) for line in text.split("\n"))


def inert(text: str) -> str:
    """`text` with a space in whatever a CI service obeys in a log: `(100 %)` becomes `(100 % )`. Safe to call twice."""
    return _COMMANDS.sub(r"\g<0> ", text) if any(sign in text for sign in _SIGNS) else text


def _printable(text: str) -> str:
    # Nearly all text is plain, and most of what is said of a machine comes by here.
    if not text.isprintable():
        text = "".join(escape(one) if unicodedata.category(one) in HIDDEN else one for one in text)
    return inert(text)


def escape(character: str) -> str:
    r"""One character as Python would write it: `\x1b`, `\u202e`, `\U000e0001`."""
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
