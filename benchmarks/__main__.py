"""`python -m benchmarks`: measures all parts, or only some; the others keep their last figures."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.class_page import class_page
from benchmarks.common import BenchmarkSettings
from benchmarks.fairness.part import TITLE, fairness
from benchmarks.figure import Figure, Table, new_part
from benchmarks.first_verdict import TITLE as FIRST_VERDICT_TITLE
from benchmarks.first_verdict import first_verdict
from benchmarks.grader_image import TITLE as IMAGE_TITLE
from benchmarks.grader_image import grader_image
from benchmarks.hints import TITLE as HINTS_TITLE
from benchmarks.hints import proven_hints
from benchmarks.kill_and_resume import killed_batches
from benchmarks.mutation import detected_mutants
from benchmarks.one_machine import one_machine
from benchmarks.page import as_table, save_part
from benchmarks.policy_files import policy_files
from benchmarks.pushed_repository import pushed_repository
from benchmarks.recorded_batch import recorded_batches
from benchmarks.regrade import regrade
from benchmarks.rootless_engine import rootless_engine
from benchmarks.ssh_class import classroom
from benchmarks.watch_latency import watch_latency
from tests.lab import Lab, LabError
from tests.lab.lab_engine import lab_engine
from tests.lab.process import print_progress
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PARTS: Final[dict[str, tuple[str, Callable[[BenchmarkSettings], Iterator[Figure | Table]]]]] = {
    "screen": ("One machine, as a student grades it", one_machine),
    "first_verdict": (FIRST_VERDICT_TITLE, first_verdict),
    "repository": ("A pushed repository", pushed_repository),
    "rootless": ("A pushed repository without privileges", rootless_engine),
    "classroom": ("A class over SSH, eight questions per machine", classroom),
    "recordings": ("Recorded machines in one batch", recorded_batches),
    "killed": ("Batches killed and resumed", killed_batches),
    "regrade": ("Recordings regraded", regrade),
    "watching": ("`grader watch`, from an event to its verdict", watch_latency),
    "class_page": ("The class page", class_page),
    "policy": ("Honest and hostile files, as the policy judges them", policy_files),
    "broken": ("Checks broken on purpose", detected_mutants),
    "fairness": (TITLE, fairness),
    "hints": (HINTS_TITLE, proven_hints),
    "image": (IMAGE_TITLE, grader_image),
}
_HOURS: Final = frozenset({"hints", "image"})
"""Parts that are measured only where they are named."""


def main() -> int:
    options = _options()
    os.chdir(ROOT)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything started is stopped
    lab = Lab.at(ROOT / ".lab")
    try:
        with lab_engine(lab) as engine:
            for name in options.only:
                title, measure = PARTS[name]
                part = new_part(title)
                with tempfile.TemporaryDirectory(prefix="grader-bench-") as place:
                    setting = BenchmarkSettings(
                        lab,
                        engine,
                        Path(place),
                        machines=options.machines,
                        recorded=options.recorded,
                        kills=options.kills,
                        image_solutions=options.image_solutions,
                    )
                    part.extend(measure(setting))
                save_part(name, part)
                sys.stdout.write(as_table(part))
                sys.stdout.flush()
    except LabError as error:
        print_progress(f"bench: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only",
        nargs="+",
        choices=PARTS,
        default=[name for name in PARTS if name not in _HOURS],
        help="default: all but hints and image",
    )
    parser.add_argument("--machines", type=int, default=40, help="machines in the larger class (%(default)s)")
    parser.add_argument("--recorded", type=int, default=10_000, help="recorded machines in one batch (%(default)s)")
    parser.add_argument(
        "--image-solutions", type=int, default=8, help="wrong solutions per exercise, in the image (%(default)s)"
    )
    parser.add_argument("--kills", type=int, default=10, help="batches to kill and resume (%(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
