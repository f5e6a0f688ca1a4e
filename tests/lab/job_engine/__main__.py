"""`python -m tests.lab.job_engine`: pushes every solution, and grades each on an engine of its own, without privileges.

Solutions that did not change since they were tried are not tried again: interrupt it and start it again as you like.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING, Final, get_args

import msgspec

from grader.commands.rehearse.solution import read_solutions
from grader.errors import GraderError
from grader.scoring.suite import read_suite
from grader.submission.job_engine.requirements import EngineKind
from tests.lab import Lab, LabError
from tests.lab.debian_packages import require_program
from tests.lab.image_archive import write_images
from tests.lab.image_catalog import recipe
from tests.lab.job_engine.packages import require_rootless_packages
from tests.lab.job_engine.pushed import Attempt, grade_pushed
from tests.lab.job_engine.table import ExpectedSolution, read_reasons, tables, update_page
from tests.lab.process import print_progress
from tests.replays.names import solution_hash, solution_name
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from grader.commands.rehearse.solution import Solution
    from grader.scoring.suite import Suite

_PAGE: Final = ROOT / "docs" / "engines.md"
EXERCISES: Final = ("tp2", "tp3", "tp6", "tp7", "tp4", "tp5", "tp1")


def main() -> int:
    options = _options()
    os.chdir(ROOT)
    lab = Lab.at(ROOT / ".lab")
    file = ROOT / f"job-engine-{options.engine}.jsonl"
    known = {one.solution: one for one in read_attempts(file)}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the tables are written
    try:
        require_program("bwrap", "bubblewrap")
        require_rootless_packages(options.engine)
        todo = [
            (solution, suite, write_archive(lab, suite))
            for solution, suite in _selected(options.names)
            if _is_to_be_tried(known.get(solution_name(solution)), again=options.again)
        ]
        with ThreadPoolExecutor(options.jobs) as pool, file.open("ab") as out:
            going = [pool.submit(grade_pushed, *one[:2], options.engine, one[2]) for one in todo]
            try:
                for number, future in enumerate(as_completed(going), 1):
                    done = future.result()
                    out.write(msgspec.json.encode(done) + b"\n")
                    out.flush()
                    seen = done.reason_code or "; ".join(f"{key}: {text}" for key, text in done.differences.items())
                    print_progress(f"[{number}/{len(todo)}] {done.solution}: {seen or done.mark}")
            finally:  # what was interrupted is not an attempt
                pool.shutdown(wait=False, cancel_futures=True)
    except (LabError, GraderError) as error:
        print_progress(f"job engine: {error}")
        return 1
    finally:
        if options.engine == "podman":
            known = {one.solution: one for one in read_attempts(file)}
            update_page(_PAGE, tables(_expected(), known, read_reasons()))
    return 0


def _is_to_be_tried(before: Attempt | None, *, again: bool) -> bool:
    if before is None or before.sha256 != solution_hash(before.solution):
        return True
    return again and not before.is_as_recorded


def read_attempts(file: Path) -> Iterator[Attempt]:
    """The attempts so far."""
    if file.exists():
        yield from (msgspec.json.decode(line, type=Attempt) for line in file.read_bytes().splitlines())


def write_archive(lab: Lab, suite: Suite) -> Path:
    """The exercise's images, by all their names, in a file that everybody may read."""
    archive = lab.cache / f"job-engine-images-{suite.id}.tar"
    if not archive.exists():
        recipes = [recipe(name) for name in suite.spec.images]
        write_images(lab, {name: one for one in recipes for name in one.names}, archive)
    return archive


def _expected() -> list[ExpectedSolution]:
    """Every solution, with the points of the checks that must pass."""
    found = []
    for solution, suite in sorted(_selected(EXERCISES), key=lambda one: one[1].id):
        lost = {*solution.expected.failed, *solution.expected.blocked}
        points = sum(spec.points for spec in suite.check_specs if spec.name not in lost)
        found.append(ExpectedSolution(solution_name(solution), points))
    return found


def _selected(names: Sequence[str]) -> Iterator[tuple[Solution, Suite]]:
    for exercise in EXERCISES:
        suite = read_suite(ROOT / "exercises" / exercise)
        for solution in read_solutions(suite):
            if any(f"{solution_name(solution)}/".startswith(f"{name}/") for name in names):
                yield solution, suite


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.lab.job_engine", description=__doc__)
    parser.add_argument("names", nargs="*", default=EXERCISES, help="such as tp2 or tp2/wrong/no-port (default: all)")
    parser.add_argument("--engine", choices=get_args(EngineKind), default="podman")
    parser.add_argument("--again", action="store_true", help="also those that came out otherwise than recorded")
    parser.add_argument("--jobs", type=int, default=2, help="solutions at the same time (%(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
