"""What a terminal can show: the marks, the letters that it has, and lines no wider than it."""

from __future__ import annotations

import codecs
import io
import re
import unicodedata
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.scoring.verdict import Verdict

__all__ = ["ascii_only", "cells", "cut", "folded", "marks_for", "padded", "say_what_it_can", "shows_unicode"]

_MARKS: Final[dict[Verdict, str]] = {"passed": "✓", "failed": "✗", "blocked": "…", "error": "!", "skipped": "–"}
_PLAIN_MARKS: Final[dict[Verdict, str]] = {
    "passed": "ok", "failed": "KO", "blocked": "..", "error": "!!", "skipped": "--"
}  # fmt: skip
_SIMPLE: Final = str.maketrans(
    {"«": '"', "»": '"', "’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "·": "-", "…": "...",
     "→": "->", "×": "x", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "≥": ">=", "≤": "<=", "✓": "ok", "✗": "KO"}
)  # fmt: skip
_INSIDE_QUOTES: Final = re.compile(r"(?<=«)[ \u00a0\u202f]|[ \u00a0\u202f](?=»)")
_COERCED: Final = "C.UTF-8"
_PLAIN_LOCALES: Final = {"C", "POSIX"}


class Stream(Protocol):
    @property
    def encoding(self) -> str | None: ...


def marks_for(*, is_unicode: bool) -> dict[Verdict, str]:
    """Each verdict's mark, in one or two columns."""
    return _MARKS if is_unicode else _PLAIN_MARKS


def shows_unicode(stream: Stream, environ: Mapping[str, str]) -> bool:
    """Whether what reads `stream` has more than ASCII.

    Python makes UTF-8 of the locale C (PEP 538, PEP 540), and then sets LC_CTYPE itself; a terminal does not follow.
    Where no locale is named at all, as in most containers and CI jobs, Python is right more often than not.
    """
    if "utf" not in (stream.encoding or "").lower():
        return False
    if environ.get("PYTHONIOENCODING") or environ.get("PYTHONUTF8"):
        return True
    of_type = environ.get("LC_CTYPE", "")
    locale = environ.get("LC_ALL") or ("" if of_type == _COERCED else of_type) or environ.get("LANG", "")
    return locale not in _PLAIN_LOCALES


def ascii_only(text: str) -> str:
    """`text` in ASCII: accents dropped, quotes and dashes made simple, `?` for what has no likeness."""
    simple = unicodedata.normalize("NFKD", _INSIDE_QUOTES.sub("", text).translate(_SIMPLE))
    return "".join(char for char in simple if not unicodedata.combining(char)).encode("ascii", "replace").decode()


def say_what_it_can(stream: object, environ: Mapping[str, str]) -> None:
    """From now on `stream` takes any text: what it cannot show is made simple, instead of an `UnicodeEncodeError`."""
    if isinstance(stream, io.TextIOWrapper):
        codecs.register_error("grader-simple", _simplified)
        stream.reconfigure(encoding=None if shows_unicode(stream, environ) else "ascii", errors="grader-simple")


def _simplified(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return ascii_only(error.object[error.start : error.end]), error.end


def cells(text: str) -> int:
    """The columns that `text` takes: two for a wide character, none for what is set upon another."""
    return len(text) if text.isascii() else sum(map(_cells_of, text))


def _cells_of(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut(text: str, width: int) -> str:
    """The beginning of `text` that takes at most `width` columns."""
    taken = 0
    for at, char in enumerate(text):
        taken += _cells_of(char)
        if taken > width:
            return text[:at]
    return text


def padded(text: str, width: int) -> str:
    """`text` and as many spaces as make `width` columns of it."""
    return text + " " * (width - cells(text))


def folded(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """`text`, one line of it, in lines of at most `width` columns that begin with `first` and then with `rest`.

    `textwrap` counts characters, not columns. Spaces between words stay as they are; a word too long is cut.
    """
    width = max(width, cells(first) + 8, cells(rest) + 8)
    lines, line, is_begun = [], first, False
    for gap, word in re.findall(r"( *)([^ ]+)", text):
        if is_begun and cells(line + gap + word) > width:
            lines.append(line)
            line = rest + word
        else:
            line += gap + word
        while cells(line) > width:
            head = cut(line, width)
            lines.append(head)
            line = rest + line[len(head) :]
        is_begun = True
    return [*lines, line]
