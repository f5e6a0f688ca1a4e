"""Hints that give the solution away: they show a command that the reference has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.errors import GraderError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.commands.rehearse.solution import Solution
    from grader.scoring.suite import Suite

_CODE: Final = re.compile(r"`([^`]+)`")
_WITH_ARGUMENT: Final = re.compile(r"(^|\s)-\S*[ =]\S|^docker( [a-z]+)+ \S*[^a-z\s]|^[A-Z]{3,} \S|^[\w-]+: \S")
"""An option with its value, a command of Docker with a name, an instruction of a Dockerfile, a key of a Compose file.

The name of a command or of an option alone says where to read.
"""
_HINTS: Final = ("wrong", "look", "read")
_LARGEST: Final = 256 * 1024


def find_revealing_hints(suite: Suite, solutions: Iterable[Solution]) -> list[GraderError]:
    """A fault for each hint of the suite, and each text of its own diagnoses, that shows a command of a reference."""
    references = [_fold(text) for one in solutions if one.is_reference for text in _read_files(one)]
    return [
        GraderError("rehearsed.hint-gives-away", where=where, command=span)
        for where, span in dict.fromkeys(_spans(suite))
        if _WITH_ARGUMENT.search(span) and any(span in reference for reference in references)
    ]


def _spans(suite: Suite) -> Iterator[tuple[str, str]]:
    """Every piece of code in a hint, with the check or the diagnosis that it belongs to."""
    texts = [(spec.name, text) for spec in suite.check_specs for text in (spec.hint or {}).values()]
    texts += [
        (code, text)
        for code, entry in suite.messages.items()
        for name in _HINTS
        for text in entry.get(name, {}).values()
    ]
    return ((where, _fold(span)) for where, text in texts for span in _CODE.findall(text))


def _read_files(solution: Solution) -> Iterator[str]:
    for path in sorted(solution.folder.rglob("*")):
        if path.is_file() and path.stat().st_size <= _LARGEST:
            yield path.read_text(encoding="utf-8", errors="replace")


def _fold(text: str) -> str:
    return " ".join(text.replace("\\\n", " ").split())
