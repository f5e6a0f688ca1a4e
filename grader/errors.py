"""What can go wrong that is not the student's: every error the grader raises on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.messages import Language


class GraderError(Exception):
    """Ours or the user's, never the student's. Its text is one sentence that says what to do."""


class RosterError(GraderError):
    """The class list cannot be used. The text cites file, line and column of every fault found."""


class ExerciseError(GraderError):
    """An exercise is wrong as its author wrote it. The text cites `file:line` and what was wanted."""


class UsageError(GraderError):
    """Something that a student may have typed is wrong: the words are in the catalogues, in both languages.

    As text it is English, for whoever puts it into a longer sentence.
    """

    def __init__(self, code: str, /, **values: str) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values

    def message(self, language: Language) -> str:
        """One sentence."""
        from grader.messages import say  # noqa: PLC0415 - only where something is wrong

        return say(self.code, "wrong", self.values, language)

    def __str__(self) -> str:
        return self.message("en")


class AddressError(UsageError, RosterError):
    """A machine or a range of ports that cannot be one, on the command line or in a class list."""


class NoSuchExercise(UsageError, ExerciseError):
    """There is no exercise of that name."""


class CodedError(GraderError):
    """Carries a code of `grader/messages/*.toml` and its values, of any names: words are chosen last."""

    def __init__(self, code: str, /, **values: str) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values

    def __str__(self) -> str:
        said = ", ".join(f"{name}={value}" for name, value in self.values.items())
        return f"{self.code} ({said})" if said else self.code


class MachineUnreachable(CodedError):
    """The machine cannot be asked anything (any more): the student has no mark, and no zero."""


class ProbeFailed(CodedError):
    """One question could not be answered: the check that asked is `error`, the others go on."""
