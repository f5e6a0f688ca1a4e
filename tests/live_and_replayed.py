"""Solutions graded live while they are recorded, and graded again from the recording with the engine stopped."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from grader.commands.rehearse.engine import RehearsalEngine
from grader.grading.checks_loop import run_checks
from grader.machine.machine import Machine
from grader.machine.recording.format import Recording, encode_recording, read_recording
from grader.machine.recording.recorder import Recorder
from grader.machine.recording.replay import Replay
from grader.machine.transport.connect import open_transport
from grader.machine.transport.engine_address import engine_address
from grader.machine.transport.interface import TransportFacts
from grader.reports.result_builder import build_check_result
from grader.roster.machine_url import parse_machine_url
from tests.lab.dockerd import pid_of
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from grader.commands.rehearse.solution import Solution
    from grader.machine.transport.interface import Transport
    from grader.scoring.suite import Suite
    from tests.lab import Engine, Lab


@contextmanager
def stopped_engine(lab: Lab) -> Iterator[None]:
    """The lab's own engine under SIGSTOP: it runs, and answers nothing."""
    pid = pid_of(lab)
    assert pid
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def checks_json(suite: Suite, link: Transport, solution: Solution) -> bytes:
    """The `checks` of a result as they are written, without durations."""
    scorecard = run_checks(suite, Machine(link, suite.spec, ports=solution.ports))
    rows = [msgspec.structs.replace(build_check_result(row, scorecard, ROOT, 3), duration_s=0.0) for row in scorecard]
    return msgspec.json.encode(rows)


def replays_differently(
    suite: Suite, solutions: Iterable[Solution], engine: Engine, lab: Lab, folder: Path
) -> dict[str, bool]:
    """Name of each solution, and whether anything in its `checks` differs when it is judged from the recording."""
    live = record_live(suite, solutions, engine, folder)
    with stopped_engine(lab):
        return {
            solution.name: checks_json(suite, _replay(folder / f"{solution.name}.recording"), solution) != checks
            for solution, checks in live
        }


def record_live(
    suite: Suite, solutions: Iterable[Solution], engine: Engine, folder: Path
) -> list[tuple[Solution, bytes]]:
    """Each solution, and its `checks` from the live run; the recordings are in `folder`, by name."""
    url = parse_machine_url(engine.url)
    stage = RehearsalEngine(engine_address(url, os.environ))
    live = []
    for solution in solutions:
        with stage.bring_up(solution, suite):
            recorder = Recorder(open_transport(url))
            live.append((solution, checks_json(suite, recorder, solution)))
            about = Recording(exercise=suite.id, student=solution.name, machine=TransportFacts(""))
            (folder / f"{solution.name}.recording").write_bytes(encode_recording(recorder.recording(about)))
            recorder.close()
    stage.close()
    return live


def _replay(path: Path) -> Replay:
    return Replay(read_recording(path))
