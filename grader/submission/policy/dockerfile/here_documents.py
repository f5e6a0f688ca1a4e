"""Finds the here-documents that a line of a Dockerfile opens, as BuildKit finds them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from grader.submission.policy.dockerfile.variables import WordError, WordLimitError, expand
from grader.submission.policy.dockerfile.words import SPACES


class HereDocumentSyntax(Enum):
    """What a builder takes for the start of a here-document."""

    WITH_SPACES = "`<<EOF` and `<< EOF`"  # BuildKit from 0.22
    WITHOUT_SPACES = "`<<EOF` only"  # BuildKit from 0.10
    NONE = "nothing"  # older ones, the builder of Docker without BuildKit, Podman 4


@dataclass(frozen=True, slots=True)
class Terminator:
    word: str
    strips_tabs: bool
    """Opened by `<<-`: tabs may precede the word."""
    is_plain: bool
    """A mere word, which every builder reads alike."""

    def matches(self, line: str) -> bool:
        return (line.lstrip("\t") if self.strips_tabs else line) == self.word


class AmbiguousHereDocumentError(ValueError):
    """Builders do not agree on what this word opens."""


_OPENED = re.compile(r"\d*<<(-?)[\t\r ]*([^<]+)")
_PLAIN = re.compile(r"""(['"]?)([A-Za-z][A-Za-z0-9_.-]*)\1""")
_SIMPLE_VARIABLE = re.compile(r"""\{[^{}'"\\<$\s]*\}""")
_SIMPLE_QUOTED_VARIABLE = re.compile(r"""\{[^{}'"\\<$]*\}""")


def terminators(line: str, here_documents: HereDocumentSyntax) -> list[Terminator]:
    """The words that end the here-documents opened by `line`, in their order.

    Raises `AmbiguousHereDocumentError`.
    """
    if here_documents is HereDocumentSyntax.NONE or "<<" not in line:
        return []
    words = _words(line, blank=here_documents is HereDocumentSyntax.WITH_SPACES)
    return [_terminator(match[1], match[2]) for word in words if (match := _OPENED.fullmatch(word))]


def _terminator(dash: str, word: str) -> Terminator:
    if plain := _PLAIN.fullmatch(word):
        return Terminator(plain[2], bool(dash), is_plain=True)
    if "$" in word:
        raise AmbiguousHereDocumentError(word)
    try:
        return Terminator(expand(word, lambda _: None), bool(dash), is_plain=False)
    except (WordError, WordLimitError):
        raise AmbiguousHereDocumentError(word) from None


def _words(line: str, *, blank: bool) -> list[str]:
    """The words of a shell line with their quotes; none if a quote stays open, as in BuildKit."""
    words, word, position = list[str](), "", 0
    while position < len(line):
        one = line[position]
        end = position + 1
        if one in SPACES:
            words.append(word)
            word, position = "", end
            continue
        if one == "'":
            end = line.find("'", end) + 1
        elif one == '"':
            end = _after_double_quotes(line, end)
        elif one == "\\":
            end += 1
        elif one == "$":
            end = _after_variable(line, end, _SIMPLE_VARIABLE)
        elif line.startswith("<<", position):
            end += 1
            while blank and line[end : end + 1] in {"\t", "\r", " "}:
                end += 1
        if end == 0:
            return []
        word += line[position:end]
        position = end
    return [one for one in (*words, word) if one]


def _after_double_quotes(line: str, position: int) -> int:
    """The position after the text in double quotes; 0 if it does not end."""
    while position < len(line):
        match line[position]:
            case '"':
                return position + 1
            case "\\":
                position += 2
            case "$":
                position = _after_variable(line, position + 1, _SIMPLE_QUOTED_VARIABLE)
            case _:
                position += 1
    return 0


def _after_variable(line: str, position: int, simple: re.Pattern[str]) -> int:
    if line[position : position + 1] != "{":
        return position
    if match := simple.match(line, position):
        return match.end()
    raise AmbiguousHereDocumentError(line[position - 1 :])
