"""Compares two results: which checks differ, and what else does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import msgspec

from grader.commands.compare.inventory_diff import diff_inventories
from grader.errors import GraderError, MachineUnreachable
from grader.grading.recording import RegradedResult, regrade_recording
from grader.machine.recording.format import read_recording
from grader.reports.result import ResultFile, read_result

if TYPE_CHECKING:
    from pathlib import Path

    from grader.machine.recording.format import Recording
    from grader.reports.result import CheckResult
    from grader.scoring.suite import Suite

Cause = Literal["student", "suite", "grader", "engine", "ports", "tried", "reached", "work"]


@dataclass(frozen=True)
class Difference:
    cause: Cause
    subject: str
    """The thing that differs, for `work`; empty for the others."""
    before: str
    now: str


@dataclass(frozen=True)
class Comparison:
    before: ResultFile
    now: ResultFile
    differences: list[Difference] = field(default_factory=list)
    checks: list[tuple[CheckResult | None, CheckResult | None]] = field(default_factory=list)
    """Checks that differ, before and now; `None` if one of the results does not have the check."""
    has_recordings: bool = False
    """True if both recordings exist: they show what the student changed."""
    is_same_with_one_suite: bool | None = None
    """Whether today's suite gives both the same verdicts; `None` if that could not be tried."""

    @property
    def causes(self) -> list[Cause]:
        """The kinds of differences, each once. If nothing else differs, it is the work."""
        found = list(dict.fromkeys(one.cause for one in self.differences))
        if self.is_same_with_one_suite:
            return [cause for cause in found if cause in {"suite", "grader"}] or found
        if self.is_same_with_one_suite is False:
            found = [cause for cause in found if cause not in {"suite", "grader"}]
        return found or (["work"] if self.checks and not self.has_recordings else [])


def compare(before: Path, now: Path, suite: Suite | None = None) -> Comparison:
    """Compares the results at two paths, and their recordings if they are beside them.

    `suite`: judges both recordings. Raises `GraderError` if one is not a result, or they are of two exercises.
    """
    old, new = _result(before), _result(now)
    if old.exercise != new.exercise:
        raise GraderError("results.two-exercises", before=before, now=now, old=old.exercise, new=new.exercise)
    if suite and suite.id != old.exercise:
        raise GraderError("results.other-exercise", before=before, exercise=old.exercise, suite=suite.id)
    recordings = _recording(before), _recording(now)
    differences = _context_differences(old, new)
    if recordings[0] and recordings[1]:
        differences += [Difference("work", *change) for change in diff_inventories(recordings[0], recordings[1])]
    return Comparison(
        before=old,
        now=new,
        differences=differences,
        checks=_checks(old, new),
        has_recordings=bool(recordings[0] and recordings[1]),
        is_same_with_one_suite=_is_same_with_one_suite(before, now, suite) if suite else None,
    )


def _result(path: Path) -> ResultFile:
    try:
        return read_result(path)
    except OSError as error:
        raise GraderError("results.expected", path=path, detail=error.strerror) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise GraderError("results.not-a-result", path=path, detail=error) from error


def _recording(result: Path) -> Recording | None:
    try:
        return read_recording(result.with_suffix(".recording"))
    except MachineUnreachable:
        return None


def _context_differences(old: ResultFile, new: ResultFile) -> list[Difference]:
    """Differences other than the checks, according to the results."""
    pairs: list[tuple[Cause, str, str]] = [
        ("student", old.student.id, new.student.id),
        ("suite", old.suite.sha256[:12], new.suite.sha256[:12]),
        ("grader", old.grader, new.grader),
        ("engine", _engine(old), _engine(new)),
        ("ports", old.ports, new.ports),
        ("tried", _not_tried(old), _not_tried(new)),
        ("reached", old.reason_code or "", new.reason_code or ""),
    ]
    return [Difference(cause, "", one, two) for cause, one, two in pairs if one != two]


def _engine(result: ResultFile) -> str:
    return " ".join(filter(None, (result.machine.engine, result.machine.api and f"API {result.machine.api}")))


def _not_tried(result: ResultFile) -> str:
    """Why checks were skipped: `passive`, `disposable`, `not-run`."""
    skipped = [check.diagnosis.code for check in result.checks if check.verdict == "skipped" and check.diagnosis]
    return ", ".join(dict.fromkeys(skipped))


def _checks(old: ResultFile, new: ResultFile) -> list[tuple[CheckResult | None, CheckResult | None]]:
    before, now = ({check.id: check for check in result.checks} for result in (old, new))
    pairs = [(before.get(name), now.get(name)) for name in dict.fromkeys((*now, *before))]
    return [(one, two) for one, two in pairs if _verdict_key(one) != _verdict_key(two)]


def _verdict_key(check: CheckResult | None) -> object:
    return check and (check.verdict, check.points, check.max_points, check.diagnosis and check.diagnosis.code)


def _is_same_with_one_suite(before: Path, now: Path, suite: Suite) -> bool | None:
    judged = [regrade_recording(suite, path.with_suffix(".recording")) for path in (before, now)]
    results = [regraded.now for regraded in judged if isinstance(regraded, RegradedResult)]
    return not _checks(*results) if len(results) == 2 else None
