"""All errors that the grader raises on purpose. None of them is the student's failure."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from grader.messages import Language


_OS_ERRORS: Final = ("EACCES", "EEXIST", "EISDIR", "ENOENT", "ENOSPC", "ENOTDIR", "EPERM", "EROFS")
_OS_NAMES: Final = {os.strerror(getattr(errno, name)): name for name in _OS_ERRORS}


class GraderError(Exception):
    """One sentence that says what is wrong and what to do. Its words are in `messages/*/errors.toml`, by its code.

    A value that is an error itself is shown in the same language; those of a tuple, one per line. `str()` is English.
    """

    def __init__(self, code: str, /, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values: dict[str, Any] = values

    def message(self, language: Language) -> str:
        """The sentence."""
        from grader.messages import error_text  # noqa: PLC0415 - only needed for an error

        return error_text(self.code, {name: _shown(value, language) for name, value in self.values.items()}, language)

    def __str__(self) -> str:
        return self.message("en")


class RosterError(GraderError):
    """The class list is invalid, or a machine or port range on the command line. Cites the line of every fault."""


class ExerciseError(GraderError):
    """A mistake of an exercise's author. The text cites `file:line` and what is expected."""


class CodedError(GraderError):
    """Its code is a diagnosis: its sentences are in `messages/*/diagnoses.toml`. `str()` shows the code and values."""

    values: dict[str, str]

    def __init__(self, code: str, /, **values: str) -> None:
        super().__init__(code, **values)

    def message(self, language: Language) -> str:
        """What is wrong, and where to look."""
        from grader.messages import Texts, say  # noqa: PLC0415 - only needed for an error

        sentences = [say(self.code, field, self.values, language) for field in ("wrong", "look")]
        return f"{Texts('common', language)('semicolon')} ".join(filter(None, sentences))

    def __str__(self) -> str:
        values = ", ".join(f"{name}={value}" for name, value in self.values.items())
        return f"{self.code} ({values})" if values else self.code


class MachineUnreachable(CodedError):
    """The machine cannot be asked anything (any more): the student has no mark, not a zero."""


class ProbeFailed(CodedError):
    """One question could not be answered: the check that asked is an `error`, the others go on."""


def _shown(value: object, language: Language) -> str:
    if isinstance(value, tuple):
        return "\n".join(_shown(one, language) for one in value)
    return value.message(language) if isinstance(value, GraderError) else _translated(str(value), language)


def _translated(text: str, language: Language) -> str:
    """What the operating system says of a file, such as "No such file or directory", in the reader's language."""
    name = _OS_NAMES.get(text)
    if name is None:
        return text
    from grader.messages import find_text  # noqa: PLC0415 - only needed for an error

    return find_text("common", f"os.{name}", language) or text
