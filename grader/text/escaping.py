r"""Makes outside text safe to show: every invisible character in it becomes an escape (`\x1b`, `\u202e`).

Nothing is dropped, so that a report shows what was there. One set of characters counts as invisible everywhere.
Commands that a CI service obeys in its log are broken by a space, because reports are also printed into logs. Dangers
of a format (markup, formulas) are left to its writer.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

INVISIBLE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that can mislead a terminal, an XML parser or a reader: controls, bidi marks, surrogates, …"""
_JOINERS: Final = "\u200c\u200d"
"""Part of some names and emoji."""
_BLANK_LETTERS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Invisible letters and symbols: a name made of them would look empty."""
_MAX_QUOTED: Final = 60
_MARKS_IN_A_ROW: Final = 3
"""No script stacks more accents on one letter; hundreds of them would cover the lines above."""
_UNUSUAL: Final = re.compile(r"[^\n -~]")

_CI_COMMANDS: Final = re.compile(
    r"[%\u066a\ufe6a\uff05](?=[)\ufe5a\uff09])"  # `(100 %)`: GitLab's coverage expression makes a badge of it
    r"|section_(?:start|end)(?=:)"  # GitLab folds a log at these
    r"|:(?=:[A-Za-z][A-Za-z-]*(?:[\s,][^:]*)?::)"  # `::error::`, `::set-output name=x::`: GitHub obeys these
    r"|##(?=[A-Za-z]*\[)"  # `##[group]`, `##vso[…]`, `##teamcity[…]`: GitHub, Azure and TeamCity obey these
)
"""What a CI service obeys or reads as a number anywhere in a job's log."""
_CI_SIGNS: Final = ("%", "::", "##", "section_", "\u066a", "\ufe6a", "\uff05")
"""One of these is in everything that `_CI_COMMANDS` finds; looking for them is ten times as fast."""


def escape_control_characters(text: str | bytes, max_length: int = 300) -> str:
    """`text` with every control, bidi mark and unassigned character escaped, at most `max_length` long.

    Nothing that a CI service obeys in a job's log is left in it: see `defuse_ci_commands`.
    """
    if isinstance(text, bytes):
        text = text[: max_length * 4].decode("utf-8", "replace")
    text = defuse_ci_commands(_escape(text[: max_length + 1]))
    return text if len(text) <= max_length else text[: max_length - 1] + "…"


def log_line(text: str) -> str:
    """`text` as one line of a job's log or a terminal, whatever it contains."""
    return defuse_ci_commands(_escape(text))


def log_text(text: str) -> str:
    """`text` for a log, with its line ends: for texts of our own, such as a traceback."""
    return "\n".join(log_line(line) for line in text.split("\n"))


def escape_invisible(text: str) -> str:
    """`text` for a report: its line breaks and joiners stay, all other invisible characters are escaped."""
    text = text.replace("\r\n", "\n").replace("\t", "    ")
    return defuse_ci_commands(
        _UNUSUAL.sub(lambda found: found[0] if found[0] in _JOINERS else _visible(found[0]), text)
    )


def one_line(text: str) -> str:
    """As `escape_invisible`, with the lines joined by a slash."""
    return " / ".join(line.strip() for line in escape_invisible(text).split("\n") if line.strip())


def shorten(text: str, limit: int) -> str:
    """At most `limit` (2 or more) characters of `text`; a cut is marked."""
    return text if len(text) <= limit else f"{text[: limit - 2]} …"


def escape_misleading(text: str, keep: str = "") -> str:
    """`text` for a page: blank letters and towers of accents are escaped, too; `keep` has characters that stay."""
    out, stacked = list[str](), 0
    for one in text:
        stacked = stacked + 1 if unicodedata.category(one) in {"Mn", "Me"} else 0
        misleads = one in _BLANK_LETTERS or stacked > _MARKS_IN_A_ROW
        out.append(one if one in keep else escape_character(one) if misleads else _visible(one))
    return "".join(out)


def quoted(text: str) -> str:
    """`text` between quotes, at most 60 characters of it, control and direction marks as escapes."""
    return repr(text) if len(text) <= _MAX_QUOTED else repr(text[:_MAX_QUOTED]) + "…"


def defuse_ci_commands(text: str) -> str:
    """`text` with a space in whatever a CI service obeys in a log: `(100 %)` becomes `(100 % )`. Safe to call twice."""
    return _CI_COMMANDS.sub(r"\g<0> ", text) if any(sign in text for sign in _CI_SIGNS) else text


def _escape(text: str) -> str:
    # Nearly all text is plain, and this is called for most of it.
    if text.isprintable():
        return text
    return _UNUSUAL.sub(lambda found: _visible(found[0]), text).replace("\n", "\\x0a")


@lru_cache(maxsize=4096)
def _visible(character: str) -> str:
    return escape_character(character) if unicodedata.category(character) in INVISIBLE_CATEGORIES else character


def escape_character(character: str) -> str:
    r"""One character as Python would write it: `\x1b`, `\u202e`, `\U000e0001`."""
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
