r"""Text of a machine, a roster or a student made fit for a report: every character in it can be seen.

What cannot be seen is written as an escape (`\x1b`, `\u202e`), not dropped, so that a report shows what was
there. What a CI service would obey in its log is broken by a space, since reports are printed into logs, too.
A format's own dangers (markup, formulas) are its writer's business.
"""

from __future__ import annotations

import functools
import re
import unicodedata

from grader.machine.text import inert

__all__ = ["one_line", "plain", "shortened"]

HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Control, format (bidi marks among them), lone surrogates, line and paragraph separators."""
UNUSUAL = re.compile(r"[^\n -~]")
KEPT = "\u200c\u200d"
"""The joiners are part of how some names and pictures are spelt."""


def plain(text: str) -> str:
    """`text` on its own lines, with nothing but characters that can be seen between them."""
    return inert(UNUSUAL.sub(lambda found: visible(found[0]), text.replace("\r\n", "\n").replace("\t", "    ")))


def one_line(text: str) -> str:
    """As `plain`, the lines joined by a slash."""
    return " / ".join(line.strip() for line in plain(text).split("\n") if line.strip())


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters of `text` (2 or more), the cut marked."""
    return text if len(text) <= limit else f"{text[: limit - 2]} …"


@functools.lru_cache(maxsize=4096)
def visible(char: str) -> str:
    number = ord(char)
    noncharacter = number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF
    if char in KEPT or not (noncharacter or unicodedata.category(char) in HIDDEN):
        return char
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")
