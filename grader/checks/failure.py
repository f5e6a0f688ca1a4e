"""What a check raises: a diagnosis code and its values, never words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, TypeVar

from grader.errors import ProbeFailed
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Thing = TypeVar("Thing")

_MAX_VALUE_LENGTH = 200
_MAX_EVIDENCE_LENGTH = 500


class CheckFailed(AssertionError):
    """A mistake of the student. `code` is a key of `grader/messages/*/diagnoses.toml`; the values fill its texts."""

    def __init__(self, code: str, *, evidence: tuple[str | bytes, ...] = (), **values: object) -> None:
        shown = {
            name: escape_control_characters(value if isinstance(value, bytes) else str(value), _MAX_VALUE_LENGTH)
            for name, value in values.items()
        }
        super().__init__(f"{code} {shown}")
        self.code = code
        self.values = shown
        self.evidence = tuple(escape_control_characters(line, _MAX_EVIDENCE_LENGTH) for line in evidence)
        self.also: tuple[CheckFailed, ...] = ()
        """The same check's failures for other containers, or the like."""
        self.waited_s = 0.0
        """How long the check waited for what did not come, in seconds."""

    def with_evidence(self, *lines: str | bytes) -> CheckFailed:
        """The same failure, with more evidence."""
        more = CheckFailed(self.code, evidence=lines)
        self.evidence += more.evidence
        return self


def fail(code: str, /, **values: object) -> NoReturn:
    """Fails the check with a diagnosis of the exercise's own: `code` and its words are in its `messages.toml`.

    `values` fill the `{placeholders}` of these words.
    """
    raise CheckFailed(code, evidence=(), **values)


class CheckSkipped(Exception):
    """Raised if this run must not try the check: it is skipped, and its points stay in the total. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def judge_each(things: Iterable[Thing], judge: Callable[[Thing], object]) -> None:
    """Calls `judge` with each thing. Raises the first `CheckFailed`, with those of the other things in `also`.

    What cannot be seen of one thing does not excuse the failure of another: `ProbeFailed` is raised only without any.
    """
    failures: list[CheckFailed] = []
    unseen: ProbeFailed | None = None
    for thing in things:
        try:
            judge(thing)
        except CheckFailed as failure:
            failures += (failure, *failure.also)
        except ProbeFailed as error:
            unseen = unseen or error
    if failures:
        raise join_failures(failures)
    if unseen:
        raise unseen


def join_failures(failures: Iterable[CheckFailed]) -> CheckFailed:
    """The first failure, with the others in `also`, each different one once. There is at least one."""
    different: dict[tuple[object, ...], CheckFailed] = {}
    for failure in failures:
        different.setdefault((failure.code, *failure.values.items()), failure)
    first, *others = different.values()
    first.also = tuple(others)
    return first
