"""`python -m tests.replays.take FOLDER tp2/wrong/port-reversed …`: records solutions on the engine at hand.

Each is brought up as in a rehearsal, on a machine that is declared disposable.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.machine.address import engine_address
from grader.machine.link import LinkFacts
from grader.machine.machine import Machine
from grader.machine.reach import reach
from grader.machine.recorder import Recorder
from grader.machine.recording import Recording
from grader.rehearsal.solution import differences, read_solutions
from grader.rehearsal.stage import Stage
from grader.roster.machine_url import parse_machine_url
from grader.scoring.judging import judge_suite
from grader.scoring.suite import read_suite
from tests.desk import ROOT
from tests.replays.names import name_of
from tests.replays.taken import Taken, write_taken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.rehearsal.solution import Solution
    from grader.scoring.suite import Suite

_TRIES: Final = 3
"""A machine that others keep busy may be too slow for a check's time; what is wrong stays wrong."""


def main(folder: Path, names: Sequence[str]) -> int:
    url = parse_machine_url("local")
    stage = Stage(engine_address(url, os.environ))
    bad = 0
    try:
        for exercise in dict.fromkeys(name.partition("/")[0] for name in names):
            suite = read_suite(ROOT / "exercises" / exercise)
            for solution in read_solutions(suite):
                if name_of(solution) in names:
                    bad += not any(_brought_up(stage, folder, suite, solution) for _ in range(_TRIES))
    finally:
        stage.empty()
        stage.close()
    return 1 if bad else 0


def _brought_up(stage: Stage, folder: Path, suite: Suite, solution: Solution) -> bool:
    with stage.brought_up(solution, suite):
        return _take(folder, suite, solution)


def _take(folder: Path, suite: Suite, solution: Solution) -> bool:
    """Whether it came out as expected; only then is its recording kept."""
    recorder = Recorder(reach(parse_machine_url("local")))
    try:
        machine = Machine(recorder, suite.sheet, ports=solution.ports, disposable=True)
        wrong = differences(solution, judge_suite(suite, machine))
        about = Recording(
            exercise=suite.id,
            student=name_of(solution),
            machine=LinkFacts(""),
            ports=str(solution.ports or ""),
            disposable=True,
        )
        if not wrong:
            write_taken(folder, Taken(name=name_of(solution), recording=recorder.recording(about)))
    finally:
        recorder.close()
    sys.stdout.write(f"{name_of(solution)}: {'; '.join(wrong) or 'recorded'}\n")
    sys.stdout.flush()
    return not wrong


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
