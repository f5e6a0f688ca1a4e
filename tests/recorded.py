"""Solutions graded live while they are recorded, and graded again from the recording with the engine stopped."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from grader.machine.address import engine_address
from grader.machine.link import LinkFacts
from grader.machine.machine import Machine
from grader.machine.reach import reach
from grader.machine.recorder import Recorder
from grader.machine.recording import Recording, encode_recording, read_recording
from grader.machine.replay import Replay
from grader.rehearsal.stage import Stage
from grader.reports.of_ledger import check_result
from grader.roster.machine_url import parse_machine_url
from grader.scoring.judging import judge_suite
from tests.desk import ROOT
from tests.lab.dockerd import pid_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from grader.machine.link import Link
    from grader.rehearsal.solution import Solution
    from grader.scoring.suite import Suite
    from tests.lab import Engine, Lab

__all__ = ["checks_of", "judged_otherwise", "record", "stopped"]


@contextmanager
def stopped(lab: Lab) -> Iterator[None]:
    """The lab's own engine under SIGSTOP: it is there, and answers nothing."""
    pid = pid_of(lab)
    assert pid
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def checks_of(suite: Suite, link: Link, solution: Solution) -> bytes:
    """The `checks` of a result as they are written, but for durations."""
    ledger = judge_suite(suite, Machine(link, suite.sheet, ports=solution.ports))
    rows = [msgspec.structs.replace(check_result(row, ledger, ROOT, 3), duration_s=0.0) for row in ledger]
    return msgspec.json.encode(rows)


def judged_otherwise(
    suite: Suite, solutions: Iterable[Solution], engine: Engine, lab: Lab, folder: Path
) -> dict[str, bool]:
    """Name of each solution, and whether anything in its `checks` came out otherwise from the recording."""
    live = record(suite, solutions, engine, folder)
    with stopped(lab):
        return {
            solution.name: checks_of(suite, _replay(folder / f"{solution.name}.recording"), solution) != checks
            for solution, checks in live
        }


def record(suite: Suite, solutions: Iterable[Solution], engine: Engine, folder: Path) -> list[tuple[Solution, bytes]]:
    """Each solution, and its `checks` as they came out live; the recordings are in `folder`, by name."""
    url = parse_machine_url(engine.url)
    stage = Stage(engine_address(url, os.environ))
    live = []
    for solution in solutions:
        with stage.brought_up(solution, suite):
            recorder = Recorder(reach(url))
            live.append((solution, checks_of(suite, recorder, solution)))
            about = Recording(exercise=suite.id, student=solution.name, machine=LinkFacts(""))
            (folder / f"{solution.name}.recording").write_bytes(encode_recording(recorder.recording(about)))
            recorder.close()
    stage.close()
    return live


def _replay(path: Path) -> Replay:
    return Replay(read_recording(path))
