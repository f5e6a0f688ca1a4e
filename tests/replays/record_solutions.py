"""`python -m tests.replays.record_solutions FOLDER tp2/wrong/port-reversed …`: records on `docker`'s engine.

Each is brought up as in a rehearsal, on a machine that is declared disposable.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.commands.rehearse.engine import RehearsalEngine
from grader.commands.rehearse.solution import find_differences, read_solutions
from grader.grading.checks_loop import run_checks
from grader.machine.machine import Machine
from grader.machine.recording.format import Recording
from grader.machine.recording.recorder import Recorder
from grader.machine.transport.connect import open_transport
from grader.machine.transport.engine_address import engine_address
from grader.machine.transport.interface import TransportFacts
from grader.roster.machine_url import parse_machine_url
from grader.scoring.suite import read_suite
from tests.replays.names import solution_name
from tests.replays.raw_recording import RawRecording, write_raw
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.commands.rehearse.solution import Solution
    from grader.scoring.suite import Suite

_TRIES: Final = 3
"""A busy machine may be too slow for a check's time limit; a solution that is really wrong fails each time."""


def main(folder: Path, names: Sequence[str]) -> int:
    url = parse_machine_url("local")
    stage = RehearsalEngine(engine_address(url, os.environ))
    bad = 0
    try:
        for exercise in dict.fromkeys(name.partition("/")[0] for name in names):
            suite = read_suite(ROOT / "exercises" / exercise)
            for solution in read_solutions(suite):
                if solution_name(solution) in names:
                    bad += not any(_bring_up_and_record(stage, folder, suite, solution) for _ in range(_TRIES))
    finally:
        stage.empty()
        stage.close()
    return 1 if bad else 0


def _bring_up_and_record(stage: RehearsalEngine, folder: Path, suite: Suite, solution: Solution) -> bool:
    with stage.bring_up(solution, suite):
        return _record(folder, suite, solution)


def _record(folder: Path, suite: Suite, solution: Solution) -> bool:
    """Whether its verdicts are as expected; only then is its recording kept."""
    recorder = Recorder(open_transport(parse_machine_url("local")))
    try:
        machine = Machine(recorder, suite.spec, ports=solution.ports, disposable=True)
        wrong = find_differences(solution, run_checks(suite, machine))
        about = Recording(
            exercise=suite.id,
            student=solution_name(solution),
            machine=TransportFacts(""),
            ports=str(solution.ports or ""),
            disposable=True,
        )
        if not wrong:
            write_raw(folder, RawRecording(name=solution_name(solution), recording=recorder.recording(about)))
    finally:
        recorder.close()
    sys.stdout.write(f"{solution_name(solution)}: {'; '.join(map(str, wrong)) or 'recorded'}\n")
    sys.stdout.flush()
    return not wrong


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
