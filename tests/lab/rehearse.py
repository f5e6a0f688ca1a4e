"""`python -m tests.lab.rehearse`: rehearses every exercise, shared among several machines.

The same as `grader rehearse exercises/*` on one engine, but as many times faster as there are machines.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import signal
import sys
import time
from concurrent.futures import as_completed
from typing import TYPE_CHECKING, Final

from grader.commands.rehearse.solution import Solution, read_solutions
from grader.errors import GraderError
from grader.exercise.find import find_exercise
from grader.scoring.suite import Suite, read_suite
from tests.lab import Lab, LabError
from tests.lab.image_catalog import COURSE_IMAGES
from tests.lab.machines import DOCKER_20, machines
from tests.lab.process import print_progress
from tests.lab.shared_tasks import RehearsalTask, run_tasks
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHARD: Final = 7
"""Solutions per machine and turn: few enough to keep all machines busy to the end."""
_SOLUTION_S: Final = 180


def main() -> int:
    options = _options()
    os.chdir(ROOT)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the machines are removed
    names = options.exercises or sorted(path.parent.name for path in ROOT.glob("exercises/tp*/exercise.toml"))
    try:
        suites = [read_suite(find_exercise(ROOT / "exercises" / name)) for name in names]
        return _rehearse([(suite, read_solutions(suite)) for suite in suites], options.repeat, options.machines)
    except (GraderError, LabError) as error:
        print_progress(f"rehearse: {error}")
        return 1
    except KeyboardInterrupt:
        return 130


def _rehearse(course: Sequence[tuple[Suite, list[Solution]]], repeat: int, size: int) -> int:
    began = time.monotonic()
    wanted = [
        RehearsalTask(suite.id, (f"--shard={number}/{count}", f"--repeat={repeat}"))
        # The longest first, so that none is left for the end.
        for suite, solutions in reversed(course)
        for count in [math.ceil(len(solutions) / _SHARD)]
        for number in range(1, count + 1)
    ]
    print_progress(f"rehearse: {size} machines with their own engine…")
    bad = tries = 0
    kinds = dict.fromkeys([f"stage{number}" for number in range(1, size + 1)], DOCKER_20)
    with (
        machines(Lab.at(ROOT / ".lab"), kinds, COURSE_IMAGES) as hosts,
        run_tasks(hosts, wanted, repeat * _SHARD * _SOLUTION_S) as going,
    ):
        for number, future in enumerate(as_completed(going), 1):
            one, done = going[future], future.result()
            counted = re.search(r"tries: (\d+): all as expected", done.stdout)
            is_good = counted is not None and done.returncode == 0
            tries += int(counted[1]) if counted else 0
            bad += not is_good
            if not is_good:
                sys.stdout.write(done.stdout + done.stderr)
            came_out = "as expected" if is_good else "DIFFERS"
            print_progress(f"[{number:>3}/{len(wanted)}] {one.exercise} {one.options[0]}: {came_out}")
    checks = sum(len(suite.check_specs) for suite, _ in course)
    wrong = [solution for _, solutions in course for solution in solutions if solution.expected.failed]
    codes = {code for solution in wrong for code in solution.expected.failed.values()}
    sys.stdout.write(
        f"exercises: {len(course)} · checks: {checks} · wrong solutions: {len(wrong)} · diagnoses: {len(codes)} · "
        f"tries: {tries}: {f'{bad} of {len(wanted)} parts not as expected' if bad else 'all as expected'}, "
        f"{(time.monotonic() - began) / 60:.0f} min\n"
    )
    return 1 if bad else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.lab.rehearse", description=__doc__)
    parser.add_argument("exercises", nargs="*", help="such as tp2; default: all")
    parser.add_argument("--repeat", type=int, default=1, help="rehearse each solution that many times (%(default)s)")
    parser.add_argument("--machines", type=int, default=6, help="number of machines (%(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
