"""Text for a terminal: verdict symbols and ASCII substitutes."""

from __future__ import annotations

import codecs
import io
import re
import unicodedata
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.scoring.verdict import Verdict

_SYMBOLS: Final[dict[Verdict, str]] = {"passed": "✓", "failed": "✗", "blocked": "…", "error": "!", "skipped": "–"}
_ASCII_SYMBOLS: Final[dict[Verdict, str]] = {
    "passed": "ok", "failed": "KO", "blocked": "..", "error": "!!", "skipped": "--"
}  # fmt: skip
_ASCII_SUBSTITUTES: Final = str.maketrans(
    {"«": '"', "»": '"', "’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "·": "-", "…": "...",
     "→": "->", "×": "x", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "≥": ">=", "≤": "<=", "✓": "ok", "✗": "KO"}
)  # fmt: skip
_INSIDE_QUOTES: Final = re.compile(r"(?<=«)[ \u00a0\u202f]|[ \u00a0\u202f](?=»)")
_COERCED: Final = "C.UTF-8"
_PLAIN_LOCALES: Final = {"C", "POSIX"}


class Stream(Protocol):
    @property
    def encoding(self) -> str | None: ...


def verdict_symbols(*, is_unicode: bool) -> dict[Verdict, str]:
    """Each verdict's symbol, one or two columns wide."""
    return _SYMBOLS if is_unicode else _ASCII_SYMBOLS


def supports_unicode(stream: Stream, environ: Mapping[str, str]) -> bool:
    """Whether the reader of `stream` can show more than ASCII.

    Python turns the locale C into UTF-8 (PEP 538, PEP 540) and sets LC_CTYPE itself; a terminal does not follow.
    Without any locale, as in most containers and CI jobs, Python is usually right.
    """
    if "utf" not in (stream.encoding or "").lower():
        return False
    if environ.get("PYTHONIOENCODING") or environ.get("PYTHONUTF8"):
        return True
    of_type = environ.get("LC_CTYPE", "")
    locale = environ.get("LC_ALL") or ("" if of_type == _COERCED else of_type) or environ.get("LANG", "")
    return locale not in _PLAIN_LOCALES


def to_ascii(text: str) -> str:
    """`text` in ASCII: no accents, simple quotes and dashes, `?` for characters without a substitute."""
    simple = unicodedata.normalize("NFKD", _INSIDE_QUOTES.sub("", text).translate(_ASCII_SUBSTITUTES))
    return "".join(char for char in simple if not unicodedata.combining(char)).encode("ascii", "replace").decode()


def replace_unencodable(stream: object, environ: Mapping[str, str]) -> None:
    """Makes `stream` replace characters that it cannot encode, instead of raising `UnicodeEncodeError`."""
    if isinstance(stream, io.TextIOWrapper):
        codecs.register_error("grader-simple", _replace_with_ascii)
        stream.reconfigure(encoding=None if supports_unicode(stream, environ) else "ascii", errors="grader-simple")


def _replace_with_ascii(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return to_ascii(error.object[error.start : error.end]), error.end
