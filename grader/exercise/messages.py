"""The diagnoses of one exercise, `messages.toml` beside its spec: in the form of the catalogues, in both languages."""

from __future__ import annotations

import difflib
import re
import string
from typing import TYPE_CHECKING, Any, Final, get_args

import msgspec

from grader.errors import ExerciseError
from grader.messages import DEFAULT, LANGUAGES, REQUIRED, Field, catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grader.messages import Words

MESSAGES_FILE: Final = "messages.toml"
_FIELDS: Final = get_args(Field)
_CODE: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")


def read_exercise_messages(folder: Path) -> Mapping[str, Mapping[str, Words]]:
    """The exercise's own diagnoses, by code and field; none without that file.

    Raises `ExerciseError` with `file:line`.
    """
    path = folder / MESSAGES_FILE
    if not path.is_file():
        return {}
    try:
        text = path.read_text(encoding="utf-8")
        table: dict[str, Any] = msgspec.toml.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
        raise ExerciseError("at.file", file=path, fault=error) from error
    for code, entry in table.items():
        fault = _find_fault(code, entry)
        if fault:
            line = next(
                (n for n, one in enumerate(text.splitlines(), 1) if re.match(rf"\[?{re.escape(code)}(?![\w-])", one)), 1
            )
            raise ExerciseError("at.line", file=path, line=line, fault=fault)
    return table


def placeholders(entry: Mapping[str, Words]) -> frozenset[str]:
    """The values that the texts of a diagnosis show."""
    texts = (text for words in entry.values() for text in words.values())
    return frozenset(name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name)


def _find_fault(code: str, entry: object) -> ExerciseError | None:
    if not _CODE.fullmatch(code):
        return ExerciseError("messages.code", code=code)
    if code in catalogue("diagnoses", DEFAULT):
        return ExerciseError("messages.taken", code=code)
    if not isinstance(entry, dict) or "wrong" not in entry:
        return ExerciseError("messages.no-wrong", code=code)
    faults = (_find_fault_of_field(code, name, words) for name, words in entry.items())
    return next(filter(None, faults), None)


def _find_fault_of_field(code: str, name: str, words: object) -> ExerciseError | None:
    if name not in _FIELDS:
        known = ", ".join(difflib.get_close_matches(name, _FIELDS, 1) or _FIELDS)
        return ExerciseError("messages.field", code=code, given=name, known=known)
    place = {"code": code, "field": name}
    if not isinstance(words, dict) or not all(isinstance(text, str) for text in words.values()):
        return ExerciseError("messages.not-by-language", **place)
    if unknown := next((one for one in words if one not in LANGUAGES), ""):
        return ExerciseError("messages.language", **place, given=unknown, known=", ".join(LANGUAGES))
    if missing := next((one for one in REQUIRED if not words.get(one, "").strip()), ""):
        return ExerciseError("messages.missing", **place, language=missing)
    try:
        shown = {placeholders({name: {language: text}}) for language, text in words.items()}
    except ValueError as error:
        return ExerciseError("messages.braces", **place, detail=error)
    return ExerciseError("messages.values-differ", **place) if len(shown) > 1 else None
