"""Turns outside text into short printable text."""

from __future__ import annotations

import re
import unicodedata

INVISIBLE_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories that can mislead a terminal, an XML parser or a reader: controls, bidi marks, surrogates, …"""

_CI_COMMANDS = re.compile(
    r"[%\u066a\ufe6a\uff05](?=[)\ufe5a\uff09])"  # `(100 %)`: GitLab's coverage expression makes a badge of it
    r"|section_(?:start|end)(?=:)"  # GitLab folds a log at these
    r"|:(?=:[A-Za-z][A-Za-z-]*(?:[\s,][^:]*)?::)"  # `::error::`, `::set-output name=x::`: GitHub obeys these
    r"|##(?=[A-Za-z]*\[)"  # `##[group]`, `##vso[…]`, `##teamcity[…]`: GitHub, Azure and TeamCity obey these
)
"""What a CI service obeys or reads as a number anywhere in a job's log."""
_CI_SIGNS = ("%", "::", "##", "section_", "\u066a", "\ufe6a", "\uff05")
"""One of these is in everything that `_CI_COMMANDS` finds; looking for them is ten times as fast."""


def escape_control_characters(text: str | bytes, max_length: int = 300) -> str:
    """`text` with every control, bidi mark and unassigned character as a visible escape, at most `cap` characters.

    Nothing that a CI service obeys in a job's log is left in it: see `inert`.
    """
    if isinstance(text, bytes):
        text = text[: max_length * 4].decode("utf-8", "replace")
    text = _escape_invisible(text[: max_length + 1])
    return text if len(text) <= max_length else text[: max_length - 1] + "…"


def log_line(text: str) -> str:
    """`text` as one line of a job's log or a terminal, whatever it contains."""
    return _escape_invisible(text)


def log_text(text: str) -> str:
    """`text` for a log, with its line ends: for texts of our own, such as a traceback."""
    return "\n".join(log_line(line) for line in text.split("\n"))


def defuse_ci_commands(text: str) -> str:
    """`text` with a space in whatever a CI service obeys in a log: `(100 %)` becomes `(100 % )`. Safe to call twice."""
    return _CI_COMMANDS.sub(r"\g<0> ", text) if any(sign in text for sign in _CI_SIGNS) else text


def _escape_invisible(text: str) -> str:
    # Nearly all text is plain, and this is called for most of it.
    if not text.isprintable():
        text = "".join(
            escape_character(one) if unicodedata.category(one) in INVISIBLE_CATEGORIES else one for one in text
        )
    return defuse_ci_commands(text)


def escape_character(character: str) -> str:
    r"""One character as Python would write it: `\x1b`, `\u202e`, `\U000e0001`."""
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
