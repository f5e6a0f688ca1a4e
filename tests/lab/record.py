"""`python -m tests.lab.record`: records every solution on real engines, shared among several machines.

`tp2`, `tp2/wrong` or `tp2/wrong/port-reversed` selects some of them.
"""

from __future__ import annotations

import argparse
import itertools
import os
import signal
import sys
import tempfile
import time
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.errors import GraderError
from tests.lab import Lab, LabError
from tests.lab.image_catalog import COURSE_IMAGES
from tests.lab.lab_engine import MAY_WIPE
from tests.lab.machines import DOCKER_20, machines
from tests.lab.process import print_progress
from tests.lab.shared_tasks import run_tasks
from tests.replays.missing import find_missing
from tests.replays.names import Selection, select_recordings
from tests.replays.raw_recording import read_raw
from tests.replays.store import store_recording
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.lab.machines import LabMachine

_SHARD: Final = 5
"""Solutions per machine and turn: few enough to keep all machines busy to the end."""
_SOLUTION_S: Final = 180


@dataclass(frozen=True)
class _SolutionsTask:
    names: tuple[str, ...]
    folder: Path

    def arguments(self, _host: LabMachine) -> list[str]:
        return ["-m", "tests.replays.record_solutions", str(self.folder), *self.names]


@dataclass(frozen=True)
class _TestsTask:
    """Other correct answers, recorded by the tests that contain them."""

    names: tuple[str, ...]
    """Their node ids."""
    folder: Path

    def arguments(self, host: LabMachine) -> list[str]:
        # Homes are in a folder that the machine sees under the same path, for bind mounts. Its engine may be emptied.
        options = ["-q", f"--take={self.folder}", f"--basetemp={host.home / 'pytest'}", "-p", "no:cacheprovider"]
        os.environ[MAY_WIPE] = "1"
        return ["-m", "pytest", *options, *self.names]


def main() -> int:
    options = _options()
    os.chdir(ROOT)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the machines are removed
    try:
        wanted = select_recordings(options.names)
        if options.missing:
            wanted = find_missing(wanted)
        if options.keep:
            return _record(wanted, options.machines, options.keep)
        with tempfile.TemporaryDirectory(prefix="grader-record-") as folder:
            return _record(wanted, options.machines, Path(folder))
    except (GraderError, LabError) as error:
        print_progress(f"record: {error}")
        return 1
    except KeyboardInterrupt:
        return 130


def _record(wanted: Selection, most: int, folder: Path) -> int:
    began = time.monotonic()
    tasks = _tasks(wanted, folder)
    size = min(most, len(tasks))
    print_progress(f"record: {size} machines with their own engine…")
    bad = 0
    kinds = dict.fromkeys([f"stage{number}" for number in range(1, size + 1)], DOCKER_20)
    with (
        machines(Lab.at(ROOT / ".lab"), kinds, COURSE_IMAGES) as hosts,
        run_tasks(hosts, tasks, 2 * _SHARD * _SOLUTION_S) as going,
    ):
        for number, future in enumerate(as_completed(going), 1):
            done = future.result()
            bad += done.returncode != 0
            if done.returncode:
                sys.stdout.write(done.stdout + done.stderr)
            sys.stdout.write(f"[{number:>3}/{len(tasks)}]{' NOT ALL WERE RECORDED' if done.returncode else ''}\n")
            for path in sorted(folder.glob("**/*.taken")):
                bad += not _keep_if_different(path)
            sys.stdout.flush()
    print_progress(f"record: {(time.monotonic() - began) / 60:.0f} min, {f'{bad} faults' if bad else 'all recorded'}")
    return 1 if bad else 0


def _keep_if_different(path: Path) -> bool:
    taken = read_raw(path)
    path.rename(path.with_suffix(".kept"))
    try:
        sys.stdout.write(f"  {taken.name}: {store_recording(taken)}\n")
    except ValueError as error:
        sys.stdout.write(f"  {error}\n")
        return False
    return True


def _tasks(wanted: Selection, folder: Path) -> list[_SolutionsTask | _TestsTask]:
    """The later exercises first: they take longest, and should not be left for the end."""
    of_tests = [
        _TestsTask(tuple(part), folder)
        for _, tests in itertools.groupby(wanted.tests, key=lambda one: one.partition("::")[0])
        for part in _parts(list(tests))
    ]
    of_solutions = [
        _SolutionsTask(tuple(part), folder)
        for _, names in itertools.groupby(reversed(wanted.solutions), key=lambda one: one.partition("/")[0])
        for part in _parts(list(names))
    ]
    return [*of_solutions, *of_tests]


def _parts(names: Sequence[str]) -> list[Sequence[str]]:
    return [names[start : start + _SHARD] for start in range(0, len(names), _SHARD)]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.lab.record", description=__doc__)
    parser.add_argument("names", nargs="*", help="such as tp2 or tp2/wrong/port-reversed; default: all")
    parser.add_argument("--missing", action="store_true", help="only those without an up-to-date recording")
    parser.add_argument("--machines", type=int, default=6, help="number of machines (%(default)s)")
    parser.add_argument("--keep", type=Path, help="keep the raw recordings in this folder")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
