r"""Makes text of a machine, a roster or a student safe for a report: every character is visible.

Invisible characters become escapes (`\x1b`, `\u202e`) and are not dropped, so that a report shows what was
there. Commands that a CI service obeys in its log are broken by a space, because reports are also printed into logs.
Dangers of a format (markup, formulas) are left to its writer.
"""

from __future__ import annotations

import functools
import re
import unicodedata

from grader.text.escaping import defuse_ci_commands

INVISIBLE_CATEGORIES = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Control, format (bidi marks among them), lone surrogates, line and paragraph separators."""
UNUSUAL = re.compile(r"[^\n -~]")
KEPT = "\u200c\u200d"
"""The joiners are part of some names and emoji."""


def escape_invisible(text: str) -> str:
    """`text` with its line breaks, and all other invisible characters escaped."""
    return defuse_ci_commands(
        UNUSUAL.sub(lambda found: escape_if_invisible(found[0]), text.replace("\r\n", "\n").replace("\t", "    "))
    )


def one_line(text: str) -> str:
    """As `plain`, the lines joined by a slash."""
    return " / ".join(line.strip() for line in escape_invisible(text).split("\n") if line.strip())


def shorten(text: str, limit: int) -> str:
    """At most `limit` (2 or more) characters of `text`; a cut is marked."""
    return text if len(text) <= limit else f"{text[: limit - 2]} …"


@functools.lru_cache(maxsize=4096)
def escape_if_invisible(char: str) -> str:
    number = ord(char)
    noncharacter = number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF
    if char in KEPT or not (noncharacter or unicodedata.category(char) in INVISIBLE_CATEGORIES):
        return char
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")
