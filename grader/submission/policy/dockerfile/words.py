"""Splits what follows an instruction of a Dockerfile into words and flags, as BuildKit's parser does."""

from __future__ import annotations

import json
import re

ODD_SPACES = (
    "\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
SPACES = "\t\n\v\f\r " + ODD_SPACES
"""Go's `unicode.IsSpace`. Python's own idea of white space has four control characters more."""

Flag = tuple[str, str]
"""Name and value; a flag without `=` has an empty value."""

NameValue = tuple[str, str | None]
"""As written, with quotes; the value is `None` without an `=`."""

_BLANK = re.compile(r"[\t\v\f\r ]+")
_FLAG_SPACES = b"\t\n\v\f\r \x85\xa0"
"""Flags are split byte by byte: a lone byte 0xA0 ends one, a no-break space in UTF-8 does too, in its middle."""
_QUOTES = b"'\""
_WORD = re.compile(rf"""(?:\\.|"(?:\\.|[^"\\])*(?:"|\\?\Z)|'[^']*(?:'|\Z)|[^{SPACES}'"\\])+""", re.DOTALL)


def split_blank(text: str, maximum: int = 0) -> list[str]:
    """The words of FROM, COPY and ADD: only ASCII white space parts them, and quotes hold nothing together."""
    return _BLANK.split(text, maximum)


def split_flags(text: str) -> tuple[tuple[Flag, ...], str]:
    """The flags at the start of `text`, without their quotes and backslashes, and what follows them."""
    data, position, flags = text.encode("utf-8", "surrogateescape"), 0, list[Flag]()
    while True:
        while position < len(data) and data[position] in _FLAG_SPACES:
            position += 1
        if not data.startswith(b"--", position):
            break
        word, position = _flag_word(data, position)
        if word == "--":
            break
        name, _, value = word[2:].partition("=")
        flags.append((name, value))
    return tuple(flags), data[position:].decode("utf-8", "surrogateescape").strip(SPACES)


def _flag_word(data: bytes, position: int) -> tuple[str, int]:
    """One flag, and the position after it. A byte that is not ASCII becomes a letter of Latin-1, as in BuildKit."""
    word, quote = bytearray(), None
    while position < len(data):
        byte = data[position]
        if quote is None and byte in _FLAG_SPACES:
            break
        position += 1
        if byte == quote:
            quote = None
        elif quote is None and byte in _QUOTES:
            quote = byte
        elif byte == ord("\\"):
            word += data[position : position + 1]
            position += 1
        else:
            word.append(byte)
    return word.decode("latin-1"), position


def name_values(text: str) -> list[NameValue]:
    """The pairs of ENV, LABEL and ARG: any white space parts them, quotes and backslashes hold them together.

    A first word without `=` is the old way of ENV and LABEL, a name and then its value to the end of the line; the
    caller must recognize these: see `env_pairs`.
    """
    pairs = (word.partition("=") for word in _WORD.findall(text))
    return [(name, value if equals else None) for name, equals, value in pairs]


def json_array(text: str) -> tuple[list[object] | None, bool]:
    """The array that `text` starts with, and whether nothing follows it.

    BuildKit before 0.15 took the array and dropped what followed; later ones take the line for words then.
    """
    text = text.lstrip(SPACES)
    if not text.startswith("["):
        return None, True
    try:
        array, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None, True
    return array, not text[end:].strip(" \t\r\n")
