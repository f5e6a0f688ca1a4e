"""Grades one machine for one exercise in this process: from a request to a result."""

from __future__ import annotations

import datetime as dt
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from grader.errors import MachineUnreachable, ProbeFailed
from grader.exercise.courses import course_of
from grader.grading.checks_loop import run_checks
from grader.grading.recording_minimization import minimize_recording
from grader.grading.request import machine_of
from grader.machine.question import Answer, EngineQuestion
from grader.machine.recording.format import ConnectionLost, Recording
from grader.machine.recording.recorder import Recorder
from grader.machine.transport.connect import open_transport
from grader.machine.transport.interface import TransportFacts
from grader.reports.result import ResultFile, SuiteInfo, TestedMachine
from grader.reports.result_builder import build_result
from grader.scoring.suite import suite_hash
from grader.scoring.verdict import Outcome, judge
from grader.text.escaping import escape_control_characters
from grader.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grader.exercise.spec import ExerciseSpec
    from grader.grading.request import GradingRequest
    from grader.machine.machine import Machine
    from grader.machine.transport.engine_version import EngineVersion
    from grader.machine.transport.interface import Transport
    from grader.messages import Words
    from grader.scoring.scorecard import Scorecard
    from grader.scoring.suite import Suite


@dataclass(frozen=True)
class Graded:
    result: ResultFile
    recording: Recording | None
    """What was asked and answered, if `request.record` is set."""


@dataclass
class Run:
    """When a run began, and what it found its machine to be: all that a result contains besides its checks."""

    request: GradingRequest
    facts: TransportFacts
    version: EngineVersion | None = None
    engine_id: str | None = None
    """The engine's own id: two students with one id have worked on one machine."""
    lost: MachineUnreachable | None = None
    began: float = field(default_factory=time.monotonic)
    started_at: str = field(default_factory=lambda: f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}")

    def result(self, scorecard: Scorecard, folder: Path) -> ResultFile:
        """The result of the exercise in `folder`."""
        result = build_result(
            scorecard,
            exercise=folder.name,
            student=self.request.student,
            machine=TestedMachine(
                url=self.facts.url,
                engine=str(self.version) if self.version else None,
                api=self.version.api if self.version else None,
                id=self.engine_id,
            ),
            suite=_suite_info(folder),
            root=folder.parent.parent,
            hints=self.request.hints,
            grader=VERSION,
            started_at=self.started_at,
            duration_s=time.monotonic() - self.began,
            ports=str(self.request.ports or ""),
            passive=self.request.passive,
            disposable=self.request.disposable,
        )
        return replace(result, handed_in=self.request.handed_in)

    def recording(self, result: ResultFile, transport: Transport | None, spec: ExerciseSpec) -> Recording:
        """What was asked through `transport`, as far as `spec` needs it; of a machine never reached, only why."""
        about = Recording(
            exercise=result.exercise,
            student=self.request.student.id,
            student_name=self.request.student.name,
            machine=self.facts,
            lost=ConnectionLost.from_error(self.lost) if self.lost else None,
            ports=str(self.request.ports or ""),
            passive=self.request.passive,
            disposable=self.request.disposable,
            suite=result.suite.sha256,
            grader=result.grader,
            started_at=result.started_at,
        )
        if self.lost or transport is None:
            return about
        recorder = transport if isinstance(transport, Recorder) else Recorder(transport)
        return minimize_recording(recorder.recording(about), spec)


def grade(
    suite: Suite,
    request: GradingRequest,
    *,
    on_check: Callable[[str], None] = lambda _: None,
    connect: Callable[[], Transport] | None = None,
) -> Graded:
    """Grades the machine of `request`. Always ends in a result; one of a machine that is out of reach has no mark.

    `connect` opens the transport if the machine's own files and Compose are not to be used.
    """
    run = Run(request, TransportFacts(str(request.machine)))
    transport: Transport | None = None
    try:
        transport = connect() if connect else open_transport(request.machine, request.ssh_config, request.deadline_s)
        run.facts, run.version = transport.facts, transport.version()
        run.engine_id = _engine_id(transport)
        transport = Recorder(transport) if request.record else transport
        machine: Machine | MachineUnreachable = machine_of(request, transport, suite.spec)
    except MachineUnreachable as error:
        machine = run.lost = error
    try:
        result = run.result(run_checks(suite, machine, on_check), suite.folder)
        return Graded(result, run.recording(result, transport, suite.spec) if request.record else None)
    finally:
        if transport:
            transport.close()


def not_graded(
    suite: Suite, request: GradingRequest, reason: MachineUnreachable | tuple[str, Words], commit: str | None = None
) -> ResultFile:
    """The result of a student who could not be graded: no mark, not a zero, and a row for every check.

    If the machine was lost, each check is an error. Otherwise the machine was not asked anything: the checks are
    skipped, and `reason` is a code with its sentence.
    """
    if isinstance(reason, MachineUnreachable):
        return Run(request, TransportFacts(str(request.machine))).result(suite.scorecard(judge(reason)), suite.folder)
    code, words = reason
    result = Run(request, TransportFacts("")).result(suite.scorecard(Outcome("skipped")), suite.folder)
    return replace(
        result,
        status="not-graded",
        points=None,
        mark=None,
        provisional=False,
        not_tried_points=0,
        reason=words,
        reason_code=code,
        commit=commit,
    )


def _engine_id(transport: Transport) -> str | None:
    """The `ID` of `GET /info`. Nothing is judged by it, so an engine that gives none is as good."""
    try:
        answer = transport.ask(EngineQuestion("/info"))
        info = json.loads(answer.body) if isinstance(answer, Answer) and answer.status == 200 else {}
    except (ValueError, ProbeFailed):
        return None
    return escape_control_characters(str(info["ID"]), 80) if isinstance(info, dict) and info.get("ID") else None


def _suite_info(folder: Path) -> SuiteInfo:
    course = course_of(folder)
    return SuiteInfo(
        sha256=suite_hash(folder), course=course.name if course else "", version=course.version if course else ""
    )
