"""A recording in the repository, judged by today's suite."""

from __future__ import annotations

import functools
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grader.commands.rehearse.solution import Solution, find_differences, read_solutions
from grader.exercise.spec import read_exercise_spec
from grader.grading.checks_loop import run_checks
from grader.grading.recording_minimization import minimize_recording
from grader.machine.machine import Machine
from grader.machine.recording.format import RecordedEngine, Recording
from grader.machine.recording.replay import Replay
from grader.machine.transport.interface import TransportFacts
from grader.roster.ports import parse_ports
from grader.scoring.suite import Suite, read_suite
from tests.replays.document import from_document
from tests.replays.names import solution_name
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from grader.exercise.spec import ExerciseSpec
    from grader.scoring.scorecard import Scorecard
    from tests.replays.stored_recording import StoredRecording

_NOT_RECORDED = "not-recorded"
"""The code of a question that a recording does not answer."""


def to_recording(kept: StoredRecording) -> Recording:
    """The recording as `--record` would have written it, before it is minimized."""
    return Recording(
        exercise=kept.header.name.partition("/")[0],
        student=kept.header.name,
        machine=TransportFacts("unix:///var/run/docker.sock"),
        engine=RecordedEngine(**kept.header.engine),
        exchanges=[from_document(one) for one in kept.exchanges],
    )


def to_minimized_recording(kept: StoredRecording) -> Recording:
    """The recording as `--record` writes it."""
    header = kept.header
    recording = minimize_recording(to_recording(kept), _suite_of(kept).spec)
    settings = {"ports": header.ports, "passive": header.passive, "disposable": header.disposable}
    return msgspec.structs.replace(recording, **settings)


def judge_recording(kept: StoredRecording) -> Scorecard:
    """Judges what `--record` keeps of it: nothing that a check needs is left out."""
    suite, recording = _suite_of(kept), to_minimized_recording(kept)
    machine = Machine(
        Replay(recording),
        suite.spec,
        ports=parse_ports(recording.ports) if recording.ports else None,
        passive=recording.passive,
        disposable=recording.disposable,
    )
    return run_checks(suite, machine)


def _suite_of(kept: StoredRecording) -> Suite:
    suite = load_suite(kept.header.name.partition("/")[0])
    return replace(suite, spec=read_spec(kept.header.spec)) if kept.header.spec else suite


def replay_differences(kept: StoredRecording, scorecard: Scorecard) -> list[str]:
    """What is not as expected, one sentence each; if the recording is incomplete, only the command to record it."""
    missing = sorted({dict(row.outcome.values)["asked"] for row in scorecard if row.outcome.code == _NOT_RECORDED})
    if missing:
        return [
            f"{kept.header.name}: a check asks {missing[0]}, which was not recorded: {record_command(kept.header.name)}"
        ]
    if kept.header.test:
        return [f"{row.spec.name}: {row.outcome}" for row in scorecard if row.outcome.verdict != "passed"]
    return list(map(str, find_differences(find_solution(kept.header.name), scorecard)))


def record_command(name: str) -> str:
    """The command that records a solution again."""
    return f"make record NAMES={name}"


@functools.cache
def load_suite(exercise: str) -> Suite:
    return read_suite(ROOT / "exercises" / exercise)


def find_solution(name: str) -> Solution:
    return _solutions(name.partition("/")[0])[name]


@functools.cache
def _solutions(exercise: str) -> dict[str, Solution]:
    return {solution_name(one): one for one in read_solutions(load_suite(exercise))}


def read_spec(text: str) -> ExerciseSpec:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "exercise.toml").write_text(text, encoding="utf-8")
        return read_exercise_spec(Path(folder))
