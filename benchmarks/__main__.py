"""`python -m benchmarks`: measures all parts, or only some; the others keep their last figures."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.broken import broken
from benchmarks.class_page import class_page
from benchmarks.classroom import classroom
from benchmarks.figure import Figure, begin
from benchmarks.killed import killed
from benchmarks.page import as_table, keep
from benchmarks.recordings import recordings
from benchmarks.regrade import regrade
from benchmarks.screen import screen
from benchmarks.setting import Setting
from benchmarks.watching import watching
from tests.desk import ROOT
from tests.lab import Lab, LabError
from tests.lab.hold import held_engine
from tests.lab.process import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PARTS: Final[dict[str, tuple[str, Callable[[Setting], Iterator[Figure]]]]] = {
    "screen": ("One machine, as a student grades it", screen),
    "classroom": ("A class over SSH, eight questions per machine", classroom),
    "recordings": ("Recorded machines in one batch", recordings),
    "killed": ("Batches killed and resumed", killed),
    "regrade": ("Recordings regraded", regrade),
    "watching": ("`grader watch`, from an event to its verdict", watching),
    "class_page": ("The class page", class_page),
    "broken": ("Checks broken on purpose", broken),
}


def main() -> int:
    options = _options()
    os.chdir(ROOT)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything started is stopped
    lab = Lab.at(ROOT / ".lab")
    try:
        with held_engine(lab) as engine:
            for name in options.only:
                title, measure = PARTS[name]
                part = begin(title)
                with tempfile.TemporaryDirectory(prefix="grader-bench-") as place:
                    setting = Setting(lab, engine, Path(place), options.machines, options.recorded, options.kills)
                    part.figures.extend(measure(setting))
                keep(name, part)
                sys.stdout.write(as_table(part))
                sys.stdout.flush()
    except LabError as error:
        say(f"bench: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="default: all")
    parser.add_argument("--machines", type=int, default=40, help="machines in the larger class (%(default)s)")
    parser.add_argument("--recorded", type=int, default=10_000, help="recorded machines in one batch (%(default)s)")
    parser.add_argument("--kills", type=int, default=10, help="batches to kill and resume (%(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
