"""All errors that the grader raises on purpose. None of them is the student's failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.messages import Language


class GraderError(Exception):
    """An error of the grader or its user. Its text is one sentence that says what to do."""


class RosterError(GraderError):
    """The class list is invalid. The text cites file, line and column of every fault."""


class ExerciseError(GraderError):
    """A mistake of an exercise's author. The text cites `file:line` and what is expected."""


class UsageError(GraderError):
    """A mistake of somebody who typed a command. Its sentence is in the message catalogues, in each language.

    `str()` gives it in English.
    """

    def __init__(self, code: str, /, **values: str) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values

    def message(self, language: Language) -> str:
        """One sentence."""
        from grader.messages import say  # noqa: PLC0415 - only needed for an error

        return say(self.code, "wrong", self.values, language)

    def __str__(self) -> str:
        return self.message("en")


class AddressError(UsageError, RosterError):
    """An invalid machine or port range, on the command line or in a class list."""


class NoSuchExercise(UsageError, ExerciseError):
    """There is no exercise with that name."""


class CodedError(GraderError):
    """Carries a code of the message catalogues and its values: words are chosen last."""

    def __init__(self, code: str, /, **values: str) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values

    def __str__(self) -> str:
        said = ", ".join(f"{name}={value}" for name, value in self.values.items())
        return f"{self.code} ({said})" if said else self.code


class MachineUnreachable(CodedError):
    """The machine cannot be asked anything (any more): the student has no mark, not a zero."""


class ProbeFailed(CodedError):
    """One question could not be answered: the check that asked is an `error`, the others go on."""
