"""Reads an env file statement by statement, as the reader of Compose does (compose-go, `dotenv/parser.go`).

The format has no specification but that program, and it takes more than one would think: a no-break space may follow a
name, a value goes on for several lines between quotes, and another statement may follow on the line that ends it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

# Go's unicode.IsSpace, which is not Python's `str.isspace`, and the spaces that may be beside a name.
_GO_SPACES: Final = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_INLINE_SPACES: Final = "\t\v\f\r \x85\xa0"
_EXPORT: Final = re.compile(r"export[\t\n\f\r ]+")
_ESCAPE: Final = re.compile(r'\\(?:[abcfnrtv$"\\]|0[0-9]{0,3})')
_ESCAPED: Final = dict(zip('abfnrtv\\"', '\a\b\f\n\r\t\v\\"', strict=True)) | {"$": "$$"}


@dataclass(frozen=True, slots=True)
class Assignment:
    name: str
    text: str
    """The value with its variables still in it."""
    line: int
    expands: bool
    """Whether variables in `text` are replaced; not between single quotes."""
    has_odd_space: bool
    """Whether something other than a space, a tab or a carriage return is between the name and its `=`."""


@dataclass(frozen=True, slots=True)
class EnvFile:
    assignments: tuple[Assignment, ...]
    """In the order of the file. A name alone, whose value would come from the environment, has an empty text."""
    unread_text: str = ""
    """From the first statement that is a syntax error to Compose as well."""
    unread_line: int = 0


class _EnvFileSyntaxError(Exception):
    """Compose reads no further either."""


def read_env_file(data: bytes) -> EnvFile:
    """The assignments of an env file, whatever is in it."""
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    reader = _Reader(text)
    found: list[Assignment] = []
    while reader.skip_to_statement():
        start = reader.position
        try:
            found.append(reader.statement())
        except _EnvFileSyntaxError:
            return EnvFile(tuple(found), text[start:], text.count("\n", 0, start) + 1)
    return EnvFile(tuple(found))


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def skip_to_statement(self) -> bool:
        """Goes past blank lines and comments; whether anything is left."""
        while True:
            self._skip(_GO_SPACES)
            if not self.text.startswith("#", self.position):
                return self.position < len(self.text)
            end = self.text.find("\n", self.position)
            self.position = len(self.text) if end < 0 else end

    def statement(self) -> Assignment:
        line = self.text.count("\n", 0, self.position) + 1
        if _EXPORT.match(self.text, self.position):
            self.position += len("export")
            self._skip(_INLINE_SPACES)
            if self.position == len(self.text):
                raise _EnvFileSyntaxError
        start, end = self.position, self._end_of_name()
        if end == len(self.text):  # neither `=` nor a line's end: to Compose, a value without a name
            written, separator = "", ""
        else:
            written, separator = self.text[start:end], self.text[end]
            self.position = end + 1
        name = written.rstrip(_GO_SPACES)
        if " " in name:
            raise _EnvFileSyntaxError
        odd_space = bool(set(written) & set(_GO_SPACES) - set("\t\r "))
        self._skip(_INLINE_SPACES)
        if separator == "\n":
            return Assignment(name, "", line, expands=False, has_odd_space=odd_space)
        text, expands = self._value()
        return Assignment(name, text, line, expands, odd_space)

    def _end_of_name(self) -> int:
        for end in range(self.position, len(self.text)):
            character = self.text[end]
            if character in "=:\n":
                return end
            if character in _INLINE_SPACES or character in "_.-[]":
                continue
            if unicodedata.category(character)[0] not in "LN":
                raise _EnvFileSyntaxError
        return len(self.text)

    def _value(self) -> tuple[str, bool]:
        quote = self.text[self.position : self.position + 1]
        if quote in {"'", '"'}:
            text = self._quoted(quote)
            return (_ESCAPE.sub(_unescape, text), True) if quote == '"' else (text, False)
        end = self.text.find("\n", self.position)
        text = self.text[self.position : len(self.text) if end < 0 else end]
        self.position += len(text) + 1
        return text.partition(" #")[0].rstrip(_GO_SPACES), True

    def _quoted(self, quote: str) -> str:
        characters: list[str] = []
        is_escaped = False
        for at in range(self.position + 1, len(self.text)):
            character = self.text[at]
            if character == quote and not is_escaped:
                self.position = at + 1
                return "".join(characters)
            if character == "\\" and not is_escaped:
                is_escaped = True
                continue
            if is_escaped and character != quote:
                characters.append("\\")
            is_escaped = False
            characters.append(character)
        raise _EnvFileSyntaxError  # the closing quote is missing

    def _skip(self, characters: str) -> None:
        while self.position < len(self.text) and self.text[self.position] in characters:
            self.position += 1


def _unescape(match: re.Match[str]) -> str:
    text = match[0]
    if text.startswith("\\0"):
        digits = text[2:]
        is_byte = len(digits) == 3 and not set(digits) & {"8", "9"} and int(digits, 8) <= 0xFF
        return chr(int(digits, 8)) if is_byte else f"\\{digits}"
    return _ESCAPED.get(text[1], text)
