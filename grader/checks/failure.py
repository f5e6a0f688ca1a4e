"""What a check raises: a diagnosis code and its values, never words."""

from __future__ import annotations

from grader.text.escaping import escape_control_characters

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

    def with_evidence(self, *lines: str | bytes) -> CheckFailed:
        """The same failure, with more evidence."""
        more = CheckFailed(self.code, evidence=lines)
        self.evidence += more.evidence
        return self


class CheckSkipped(Exception):
    """Raised if this run must not try the check: it is skipped, and its points stay in the total. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
