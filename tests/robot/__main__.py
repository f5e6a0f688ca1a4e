"""`python -m tests.robot tp2 tp5/wrong/mongo-stopped …`: repairs known-wrong solutions on `docker`'s empty engine."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import msgspec

from grader.commands.rehearse.engine import RehearsalEngine
from grader.commands.rehearse.solution import read_solutions
from grader.machine.transport.engine_address import engine_address
from grader.roster.machine_url import parse_machine_url
from grader.scoring.suite import read_suite
from tests.replays.names import solution_name
from tests.robot.robot import repair
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(names: Sequence[str]) -> int:
    url = parse_machine_url("local")
    stage = RehearsalEngine(engine_address(url, os.environ))
    left = 0
    try:
        for exercise in dict.fromkeys(name.partition("/")[0] for name in names):
            suite = read_suite(ROOT / "exercises" / exercise)
            for solution in read_solutions(suite):
                own = solution_name(solution)
                if not solution.is_reference and any(f"{own}/".startswith(f"{name}/") for name in names):
                    done = repair(suite, solution, stage, url)
                    left += not done.is_repaired
                    sys.stdout.write(msgspec.json.encode(vars(done)).decode() + "\n")
                    sys.stdout.flush()
    finally:
        stage.empty()
        stage.close()
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
