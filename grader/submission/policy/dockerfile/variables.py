"""Quotes, backslashes and variables in one word of a Dockerfile, as BuildKit's `shell.Lex` reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

UNKNOWN: Final = "\ue000"
"""Represents in a result whatever cannot be known from the file, such as a variable of the base image."""

PLATFORM: Final = "\ue001"
"""Stands for a platform's name, such as `linux/amd64` or `arm64`, or for nothing on an engine without BuildKit."""

_MAX_LENGTH, _MAX_DEPTH = 4096, 10
_MAX_PATTERN_STARS, _MAX_PATTERN_LENGTH = 2, 512
"""Of `${NAME#pattern}`: beyond them matching could take very long."""


class WordError(ValueError):
    """No builder accepts this word."""


class WordLimitError(ValueError):
    """The word gets too long, or has variables too deep inside each other."""


def expand(word: str, lookup: Callable[[str], str | None]) -> str:
    """`word` without its quotes and backslashes, its variables replaced.

    `lookup` gives a variable's value, `None` if it is not set, or a value with `UNKNOWN` or `PLATFORM` in it.
    Raises `WordError` and `WordLimitError`.
    """
    # Go's scanner drops a byte order mark at the start of what it is given.
    return _WordExpander(word.removeprefix("\ufeff"), lookup).read()


class _WordExpander:
    def __init__(self, text: str, lookup: Callable[[str], str | None]) -> None:
        self.text = text
        self.lookup = lookup
        self.position = 0
        self.depth = 0

    def peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def next(self) -> str:
        character = self.peek()
        self.position += 1
        return character

    def read(self, stop: str = "", *, raw: bool = False) -> str:
        """Up to `stop`, or to the end; `raw` keeps backslashes."""
        result = ""
        while (character := self.next()) and character != stop:
            match character:
                case "'":
                    part = self.single_quoted()
                case '"':
                    part = self.double_quoted()
                case "$":
                    part = self.variable()
                case "\\":
                    part = ("\\" if raw else "") + self.next()
                case _:
                    part = character
            result = _bounded(result + part)
        if stop and not character:
            raise WordError
        return result

    def single_quoted(self) -> str:
        end = self.text.find("'", self.position)
        if end < 0:
            raise WordError
        part, self.position = self.text[self.position : end], end + 1
        return part

    def double_quoted(self) -> str:
        result = ""
        while (character := self.next()) != '"':
            if not character:
                raise WordError
            if character == "$":
                character = self.variable()
            elif character == "\\" and self.peek() in {'"', "$", "\\"}:
                character = self.next()
            result = _bounded(result + character)
        return result

    def variable(self) -> str:
        if self.peek() != "{":
            name = self.name()
            return (self.lookup(name) or "") if name else "$"
        self.next()
        if self.peek() in {"", "{", "}", ":"}:
            raise WordError
        name, modifier = self.name(), self.next()
        if modifier == "}":
            return self.lookup(name) or ""
        null_is_unset = modifier == ":"
        if null_is_unset:
            modifier = self.next()
        if not modifier or modifier not in "-+?#%/":
            raise WordError
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise WordLimitError
        word = self.read("}", raw=modifier in "#%/")
        self.depth -= 1
        return _modified(self.lookup(name), modifier, word, null_is_unset=null_is_unset)

    def name(self) -> str:
        if self.peek() and self.peek() in "@*#?-$!":
            return self.next()
        start, only_digits = self.position, self.peek().isdecimal()
        while (one := self.peek()) and (one.isdecimal() or (not only_digits and (one.isalpha() or one == "_"))):
            self.position += 1
        return self.text[start : self.position]


def _bounded(text: str) -> str:
    if len(text) > _MAX_LENGTH:
        raise WordLimitError
    return text


def _modified(value: str | None, modifier: str, word: str, *, null_is_unset: bool) -> str:
    if value is not None and (UNKNOWN in value or PLATFORM in value):
        return UNKNOWN
    has_value = value is not None and not (null_is_unset and value == "")
    match modifier:
        case "-":
            return value if value is not None and has_value else word
        case "+":
            return word if has_value else ""
        case "?":
            if value is None or not has_value:
                raise WordError
            return value
        case "#" | "%" if not null_is_unset:
            return _trimmed(value or "", word, modifier)
    return UNKNOWN  # `/` and `:#`, which BuildKit's versions do not read alike


def _trimmed(value: str, pattern: str, modifier: str) -> str:
    """`${NAME#pattern}` and its relatives: `*` is any text, `?` any character."""
    greedy = pattern.startswith(modifier)
    pattern = pattern.removeprefix(modifier)
    odd = "\\" in pattern or UNKNOWN in pattern or PLATFORM in pattern
    if odd or pattern.count("*") > _MAX_PATTERN_STARS or max(len(value), len(pattern)) > _MAX_PATTERN_LENGTH:
        return UNKNOWN
    if modifier == "%":
        value, pattern = value[::-1], pattern[::-1]
    wild = {"*": ".*" if greedy else ".*?", "?": "."}
    match = re.match("".join(wild.get(one) or re.escape(one) for one in pattern), value)
    rest = value[match.end() :] if match else value
    return rest[::-1] if modifier == "%" else rest
