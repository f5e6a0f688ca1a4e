"""Parses a Dockerfile into instructions with their line numbers, as BuildKit does; checks nothing.

The rules were read in `frontend/dockerfile/parser` of moby/buildkit, at 0.8 (Docker 20.10), 0.13 and 0.32, and are
tested in tests/submission/policy/dockerfile/test_reader.py.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.submission.policy.dockerfile.here_documents import AmbiguousHereDocumentError, terminators
from grader.submission.policy.dockerfile.words import ODD_SPACES, SPACES, Flag, json_array, split_blank, split_flags

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.submission.policy.dockerfile.here_documents import HereDocumentSyntax, Terminator

_DIRECTIVE = re.compile(r"\s*(?:#|//)\s*(syntax|escape|check)\s*=(.*)", re.IGNORECASE)
_COMMENT = re.compile(rf"[{SPACES}]*(?:#|//|\Z)")
_CONTINUED = re.compile(r"(?<!\\)\\[ \t]*\Z")
_DOUBTFUL = re.compile(rf"\\\\[ \t]*\Z|\\[ \t]*[{ODD_SPACES}][{SPACES}]*\Z")
_WITH_HERE_DOCUMENTS = frozenset({"RUN", "COPY", "ADD"})


@dataclass(frozen=True, slots=True)
class Directive:
    name: str
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Instruction:
    name: str
    """In capitals."""
    text: str
    """What follows the name and the flags, continuation lines joined."""
    flags: tuple[Flag, ...]
    line: int
    doubtful_line: int = 0
    """The line where it looks continued and is not, or is to some builders only; 0 if there is none."""


class AmbiguousLineError(ValueError):
    """Builders do not agree on where the instruction at `line` ends; `text` is what they disagree about."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(f"line {line}: {text}")
        self.line = line
        self.text = text


class UnterminatedHereDocumentError(ValueError):
    """A here-document without its end: a builder that recognizes it builds nothing."""


def directives(text: str) -> Iterator[Directive]:
    """Yield the parser directives in all leading comments: more than any builder obeys, never fewer."""
    if text.lstrip().startswith("{"):  # a file in JSON can name its syntax, too
        yield from _json_syntax(text)
    for number, line in enumerate(text.split("\n"), start=1):
        if not _COMMENT.match(line):
            return
        if match := _DIRECTIVE.fullmatch(line):
            yield Directive(match[1].lower(), match[2].strip(), number)


def _json_syntax(text: str) -> Iterator[Directive]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(found, dict) and isinstance(syntax := found.get("syntax"), str):
        yield Directive("syntax", syntax, 1)


def instructions(text: str, here_documents: HereDocumentSyntax) -> list[Instruction]:
    """The instructions that a builder with these `here_documents` sees in `text`, which has no byte order mark.

    Raises `UnterminatedHereDocumentError` and `AmbiguousLineError`.
    """
    return list(_Parser(text, here_documents).instructions())


class _Parser:
    def __init__(self, text: str, here_documents: HereDocumentSyntax) -> None:
        self.here_documents = here_documents
        self.lines = [line.rstrip("\r") for line in text.removesuffix("\n").split("\n")]
        self.line_number = 0
        """Of the line that was read last, counted from 1."""

    def next(self) -> str | None:
        if self.line_number == len(self.lines):
            return None
        self.line_number += 1
        return self.lines[self.line_number - 1]

    def instructions(self) -> Iterator[Instruction]:
        while (line := self.next()) is not None:
            line = line.lstrip(SPACES)
            if not line or line.startswith("#"):
                continue
            start = self.line_number
            joined, doubtful = self._join_continuations(line)
            name, *rest = split_blank(joined.strip(SPACES), 1)
            name = name.upper() if name.isascii() else name
            flags, text = split_flags("".join(rest))
            if name in _WITH_HERE_DOCUMENTS:
                self._skip_here_documents(joined, text, start)
            yield Instruction(name, text, flags, start, doubtful)

    def _join_continuations(self, line: str) -> tuple[str, int]:
        """`line` with what continues it, and where that is doubtful; comments and empty lines do not end it."""
        joined, doubtful = "", 0
        following: str | None = line
        while following is not None:
            if _DOUBTFUL.search(following):
                doubtful = doubtful or self.line_number
            part, continued = _CONTINUED.subn("", following)
            joined += part
            following = self._next_code_line() if continued else None
        return joined, doubtful

    def _next_code_line(self) -> str | None:
        while (line := self.next()) is not None:
            start = line.lstrip(SPACES)
            if start and not start.startswith("#"):
                break
        return line

    def _skip_here_documents(self, joined: str, text: str, start: int) -> None:
        array, alone = json_array(text)
        if array is not None and alone:
            return
        try:
            ends = terminators(joined, self.here_documents)
        except AmbiguousHereDocumentError as odd:
            raise AmbiguousLineError(start, str(odd)) from None
        if ends and array is not None:  # older builders take the array, and no here-document
            raise AmbiguousLineError(start, text)
        for end in ends:
            self._skip_to(end, start)

    def _skip_to(self, end: Terminator, start: int) -> None:
        while (line := self.next()) is not None:
            if end.matches(line):
                if not end.is_plain:
                    raise AmbiguousLineError(start, f"<<{end.word}")
                return
        raise UnterminatedHereDocumentError
