"""One recording judged again, and what comes out otherwise than in the result beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from grader.errors import ExerciseError, MachineUnreachable, RosterError
from grader.machine.machine import Machine
from grader.machine.recording import Recording, read_recording
from grader.machine.replay import MOST_S, Replay
from grader.machine.text import visible
from grader.reports.of_ledger import result_of
from grader.reports.results import ResultFile, Student, SuiteInfo, TestedMachine, read_result
from grader.roster.ports import parse_ports
from grader.scoring.judging import judge_suite
from grader.version import VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from grader.reports.results import CheckResult
    from grader.scoring.suite import Suite

__all__ = ["Again", "Change", "Unreadable", "judge_again"]

_NOT_RECORDED: Final = "not-recorded"


@dataclass(frozen=True)
class Change:
    """One check that came out otherwise; `None` on the side where the suite had no such check."""

    check: str
    before: CheckResult | None
    now: CheckResult | None


@dataclass(frozen=True)
class Unreadable:
    """A recording that cannot be judged, and why."""

    path: Path
    why: MachineUnreachable


@dataclass(frozen=True)
class Again:
    path: Path
    """The recording's."""
    before: ResultFile | None
    """The result beside it; `None` where there is none."""
    now: ResultFile
    changes: tuple[Change, ...]
    untold: tuple[str, ...]
    """Checks that were judged then, and that the recording does not answer as today's suite asks."""

    @property
    def is_other(self) -> bool:
        return bool(self.changes) or self.before is None or self.before.mark != self.now.mark

    @property
    def is_whole(self) -> bool:
        """True where today's suite found an answer to everything: only then may it replace the result."""
        return not self.untold


def judge_again(suite: Suite, path: Path, sha256: str) -> Again | Unreadable | None:
    """Judges the recording at `path`; `None` where it is of another exercise. `sha256`: that of the suite.

    Whatever a recording holds, it is that student's alone: the others are judged. Raises `ExerciseError` where the
    result beside it cannot be read.
    """
    try:
        return _judge(suite, path, sha256)
    except ExerciseError:
        raise
    except Exception as error:  # noqa: BLE001 - recordings come from anyone
        return _unreadable(path, f"{type(error).__name__}: {error}")


def _unreadable(path: Path, detail: str) -> Unreadable:
    where = visible(str(path), 1000)
    return Unreadable(path, MachineUnreachable("recording-unreadable", where=where, detail=visible(detail, 160)))


def _judge(suite: Suite, path: Path, sha256: str) -> Again | Unreadable | None:
    try:
        recording = read_recording(path)
        ports = parse_ports(recording.ports) if recording.ports else None
    except MachineUnreachable as error:
        return Unreadable(path, error)
    except RosterError as error:
        return _unreadable(path, str(error))
    if recording.exercise != suite.id:
        return None
    replay = Replay(recording)
    machine = Machine(replay, suite.sheet, ports=ports, passive=recording.passive, disposable=recording.disposable)
    before = _before(path)
    ledger = judge_suite(suite, recording.lost.again() if recording.lost else machine)
    if replay.is_exhausted:
        return _unreadable(path, f"not judged after {MOST_S:.0f} s of processor time")
    now = result_of(
        ledger,
        exercise=suite.id,
        student=before.student if before else Student(id=recording.student, name=recording.student_name),
        machine=before.machine if before else _machine(recording),
        suite=SuiteInfo(sha256=sha256),
        root=suite.folder.parent.parent,
        hints=2,
        grader=VERSION,
        started_at=recording.started_at,
        duration_s=before.duration_s if before else 0.0,
        ports=recording.ports,
    )
    if before:
        now = msgspec.structs.replace(now, commit=before.commit, advice=before.advice, regraded=before.regraded)
    return Again(path, before, now, _changes(before, now), _untold(before, now))


def _before(path: Path) -> ResultFile | None:
    """The result beside a recording. Raises `ExerciseError` where it cannot be read: it must not be written over."""
    beside = path.with_suffix(".json")
    try:
        return read_result(beside)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ExerciseError(f"{beside}: not a result, move it away to judge its recording again: {error}") from error


def _machine(recording: Recording) -> TestedMachine:
    engine = recording.engine
    return TestedMachine(
        url=recording.machine.url,
        engine=f"{engine.product} {engine.version}" if engine else None,
        api=engine.api if engine else None,
    )


def _changes(before: ResultFile | None, now: ResultFile) -> tuple[Change, ...]:
    """What differs in verdict, diagnosis or points, in the order of today's suite, then what is no more."""
    old = {check.id: check for check in before.checks} if before else {}
    new = {check.id: check for check in now.checks}
    pairs = [(old.get(check), new.get(check), check) for check in (*new, *(old.keys() - new.keys()))]
    return tuple(Change(check, one, two) for one, two, check in pairs if before and _told(one) != _told(two))


def _told(check: CheckResult | None) -> object:
    if check is None:
        return None
    code = check.diagnosis.code if check.diagnosis else ""
    return check.verdict, code, check.points, check.max_points


def _untold(before: ResultFile | None, now: ResultFile) -> tuple[str, ...]:
    old = {check.id: check for check in before.checks} if before else {}
    missing = [check for check in now.checks if check.diagnosis and check.diagnosis.code == _NOT_RECORDED]
    return tuple(check.id for check in missing if _told(old.get(check.id)) != _told(check))
