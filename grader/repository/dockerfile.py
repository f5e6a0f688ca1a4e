"""Reads a Dockerfile into instructions with their lines, as BuildKit splits it; judges nothing."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Directive", "Instruction", "directives", "instructions"]

_DIRECTIVE = re.compile(r"\s*(?:#|//)\s*(syntax|escape|check)\s*=\s*(.*?)\s*$", re.IGNORECASE)
_COMMENT = re.compile(r"\s*(#|//)|\s*$")
_FLAG = re.compile(r"--([a-z-]+)(?:=(\"[^\"]*\"|\S*))?(?:\s+|$)")
_HEREDOC = re.compile(r"<<-?\s*([\"']?)([A-Za-z_][A-Za-z0-9_]*)\1")
_WITH_HEREDOCS = frozenset({"RUN", "COPY", "ADD"})


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
    flags: tuple[tuple[str, str], ...]
    line: int
    heredoc: tuple[tuple[int, str], ...] = ()
    """The lines of its here-documents. An engine without BuildKit reads them as instructions."""

    @property
    def arguments(self) -> list[str]:
        """The words of COPY and ADD, in either way of writing them."""
        try:
            words = json.loads(self.text) if self.text.startswith("[") else None
        except ValueError:
            words = None
        return [str(word) for word in words] if isinstance(words, list) else self.text.split()


def directives(text: str) -> Iterator[Directive]:
    """The parser directives, looked for in all the leading comments: more than any builder obeys, never less."""
    for number, line in enumerate(text.splitlines(), start=1):
        if not _COMMENT.match(line):
            return
        if match := _DIRECTIVE.match(line):
            yield Directive(match[1].lower(), match[2], number)


def instructions(text: str) -> Iterator[Instruction]:
    lines = iter(enumerate(text.splitlines(), start=1))
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        joined = line.strip()
        while joined.endswith("\\"):
            following = next((rest for _, rest in lines if rest.strip() and not rest.lstrip().startswith("#")), None)
            joined = joined[:-1].rstrip() + (" " + following.strip() if following is not None else "")
        name, _, rest = joined.partition(" ") if "\t" not in joined.split(" ", 1)[0] else joined.partition("\t")
        name, rest = name.upper(), rest.strip()
        heredoc = tuple(_heredocs(rest, lines)) if name in _WITH_HEREDOCS else ()
        flags, rest = _flags(rest)
        yield Instruction(name, rest, flags, number, heredoc)


def _flags(text: str) -> tuple[tuple[tuple[str, str], ...], str]:
    flags: list[tuple[str, str]] = []
    while match := _FLAG.match(text):
        flags.append((match[1], (match[2] or "").strip('"')))
        text = text[match.end() :]
    return tuple(flags), text


def _heredocs(text: str, lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    for match in _HEREDOC.finditer(text):
        for number, line in lines:
            if line.strip() == match[2]:
                break
            yield number, line
