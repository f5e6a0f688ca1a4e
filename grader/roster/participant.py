"""Moodle's own identifier of a student in one assignment: `Participant 123456`.

It is all that an anonymous worksheet says of a student. The word depends on the language, and the space may be missing.
"""

from __future__ import annotations

import re
from typing import Final

from grader.errors import RosterError
from grader.text.escaping import quoted

_NUMBER: Final = re.compile(r"\D{0,20}([0-9]{1,12})", re.ASCII)
_IDENTIFIER: Final = re.compile(r"(?:parti|teiln|deeln|delta)\D{0,16}[0-9]{1,12}", re.ASCII | re.IGNORECASE)
"""With the word that Moodle has for it in most languages: a bare number may be any id."""


def parse_participant(text: str) -> str:
    """The number in `text`. Raises `RosterError` with one sentence."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        raise RosterError("roster.participant", given=quoted(text))
    return found[1]


def is_participant(text: str) -> bool:
    """Whether `text` is such an identifier, with its word."""
    return _IDENTIFIER.fullmatch(text.strip()) is not None


def participant_of(text: str) -> str:
    """The number in `text` if it is such an identifier, with its word; empty for any other text."""
    return parse_participant(text) if is_participant(text) else ""
