"""Regrades one recording and compares it with the result beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from grader.errors import ExerciseError, MachineUnreachable, RosterError
from grader.grading.checks_loop import run_checks
from grader.grading.request import GradingRequest, as_recorded, machine_of
from grader.grading.run import Run
from grader.machine.recording.format import Recording, read_recording
from grader.machine.recording.replay import MOST_S, Replay
from grader.reports.result import ResultFile, Student, TestedMachine, read_result
from grader.results.attempts import newest_result_path
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from pathlib import Path

    from grader.reports.result import CheckResult
    from grader.scoring.suite import Suite

_NOT_RECORDED: Final = "not-recorded"


@dataclass(frozen=True)
class CheckChange:
    """One check whose verdict changed; `None` on the side where the suite had no such check."""

    check: str
    before: CheckResult | None
    now: CheckResult | None


@dataclass(frozen=True)
class UnreadableRecording:
    """A recording that cannot be judged, and why."""

    path: Path
    reason: MachineUnreachable


@dataclass(frozen=True)
class RegradedResult:
    path: Path
    """The path of the recording."""
    before: ResultFile | None
    """The result beside it; `None` if there is none."""
    now: ResultFile
    changes: tuple[CheckChange, ...]
    unanswered: tuple[str, ...]
    """Checks whose questions the recording does not answer, though they were answered before."""
    result_path: Path
    """Of `before`."""

    @property
    def has_changed(self) -> bool:
        return bool(self.changes) or self.before is None or self.before.mark != self.now.mark

    @property
    def is_complete(self) -> bool:
        """True if the recording answers all questions: only then may it replace the result."""
        return not self.unanswered


def regrade_recording(suite: Suite, path: Path) -> RegradedResult | UnreadableRecording | None:
    """Regrades the recording at `path`; `None` if it is of another exercise.

    Whatever a recording contains, it affects only its student. Raises `ExerciseError` if the result beside it cannot
    be read.
    """
    try:
        return _regrade(suite, path)
    except ExerciseError:
        raise
    except Exception as error:  # noqa: BLE001 - recordings come from anyone
        return _unreadable(path, f"{type(error).__name__}: {error}")


def _unreadable(path: Path, detail: str) -> UnreadableRecording:
    where = escape_control_characters(str(path), 1000)
    return UnreadableRecording(
        path, MachineUnreachable("recording-unreadable", where=where, detail=escape_control_characters(detail, 160))
    )


def _regrade(suite: Suite, path: Path) -> RegradedResult | UnreadableRecording | None:
    try:
        recording = read_recording(path)
        request = as_recorded(GradingRequest(exercise=suite.folder, student=Student(id="")), recording)
    except MachineUnreachable as error:
        return UnreadableRecording(path, error)
    except RosterError as error:
        return _unreadable(path, str(error))
    if recording.exercise != suite.id:
        return None
    replay = Replay(recording)
    result = newest_result_path(path)
    before = _existing_result(result)
    machine = recording.lost.to_error() if recording.lost else machine_of(request, replay, suite.spec)
    scorecard = run_checks(suite, machine)
    if replay.is_exhausted:
        return _unreadable(path, f"not judged after {MOST_S:.0f} s of processor time")
    now = Run(request, recording.machine, started_at=recording.started_at).result(scorecard, suite.folder)
    if before:
        now = replace(
            now,
            student=before.student,
            team=before.team,
            handed_in=before.handed_in,
            machine=before.machine,
            duration_s=before.duration_s,
            commit=before.commit,
            submission=before.submission,
            advice=before.advice,
            attempt=before.attempt,
            regraded=before.regraded,
        )
    else:
        now = replace(now, machine=_machine(recording), duration_s=0.0)
    return RegradedResult(path, before, now, _changes(before, now), _unanswered_checks(before, now), result)


def _existing_result(beside: Path) -> ResultFile | None:
    """The result of a recording. Raises `ExerciseError` if it cannot be read: it must not be overwritten."""
    try:
        return read_result(beside)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ExerciseError("results.recording-beside", path=beside, detail=error) from error


def _machine(recording: Recording) -> TestedMachine:
    engine = recording.engine
    return TestedMachine(
        url=recording.machine.url,
        engine=f"{engine.product} {engine.version}" if engine else None,
        api=engine.api if engine else None,
    )


def _changes(before: ResultFile | None, now: ResultFile) -> tuple[CheckChange, ...]:
    """Checks whose verdict, diagnosis or points differ, in the order of today's suite, then removed checks."""
    old = {check.id: check for check in before.checks} if before else {}
    new = {check.id: check for check in now.checks}
    pairs = [(old.get(check), new.get(check), check) for check in (*new, *(old.keys() - new.keys()))]
    return tuple(
        CheckChange(check, one, two) for one, two, check in pairs if before and _comparable(one) != _comparable(two)
    )


def _comparable(check: CheckResult | None) -> object:
    if check is None:
        return None
    code = check.diagnosis.code if check.diagnosis else ""
    return check.verdict, code, check.points, check.max_points


def _unanswered_checks(before: ResultFile | None, now: ResultFile) -> tuple[str, ...]:
    old = {check.id: check for check in before.checks} if before else {}
    missing = [check for check in now.checks if check.diagnosis and check.diagnosis.code == _NOT_RECORDED]
    return tuple(check.id for check in missing if _comparable(old.get(check.id)) != _comparable(check))
