"""What a check raises: a diagnosis code and its values, never words."""

from __future__ import annotations

from grader.machine.text import visible

__all__ = ["Mistake", "NotTried"]

_VALUE = 200
_EVIDENCE = 500


class Mistake(AssertionError):
    """The student's mistake. `code` is a key of `grader/messages/*.toml`; the values fill the words found there."""

    def __init__(self, code: str, *, evidence: tuple[str | bytes, ...] = (), **values: object) -> None:
        shown = {
            name: visible(value if isinstance(value, bytes) else str(value), _VALUE) for name, value in values.items()
        }
        super().__init__(f"{code} {shown}")
        self.code = code
        self.values = shown
        self.evidence = tuple(visible(line, _EVIDENCE) for line in evidence)

    def with_evidence(self, *lines: str | bytes) -> Mistake:
        """The same failure, with more evidence."""
        more = Mistake(self.code, evidence=lines)
        self.evidence += more.evidence
        return self


class NotTried(Exception):
    """Raised if this run may not try the check: it is skipped, and its points stay in the total. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
