"""Kills batches at random moments, resumes them, and compares the results with those of an undisturbed one.

python -m tests.commands.batch.kills ROSTER COUNT
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.commands.batch.batch import batch, begin_batch, results_in, without_times
from tests.lab.process import ending

_LONGEST_S = 3.0


@dataclass
class Tally:
    kills: int = 0
    of_workers: int = 0
    torn: int = 0
    differing: int = 0


def kill_and_resume(roster: Path, count: int, seed: int = 1) -> Tally:
    """`count` batches, each killed with SIGKILL (the parent, or one worker) and then resumed to the end."""
    chance = random.Random(seed)  # noqa: S311 - for choosing moments, repeatably
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="grader-kills-") as place:
        undisturbed = _graded(roster, Path(place, "undisturbed"))
        for number in range(count):
            folder = Path(place, str(number))
            tally.of_workers += _disturb(roster, folder, chance)
            tally.kills += 1
            batch(roster, folder, "--resume", "--retry-not-graded")
            tally.torn += _torn(folder)
            tally.differing += _compare(undisturbed, folder)
    return tally


def _disturb(roster: Path, folder: Path, chance: random.Random) -> bool:
    """One batch with a kill in it; true if it was a worker that was killed."""
    with ending(begin_batch(roster, folder, "--jobs", "4"), signal.SIGKILL) as running:
        time.sleep(chance.uniform(0.2, _LONGEST_S))
        worker = chance.random() < 0.5
        children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
        pids = children.read_text(encoding="ascii").split() if worker and children.exists() else []
        if pids:
            os.kill(int(chance.choice(pids)), signal.SIGKILL)
        else:
            running.kill()
        running.wait(60)
    return bool(pids)


def _graded(roster: Path, folder: Path) -> dict[str, bytes]:
    batch(roster, folder)
    return {name: without_times(result) for name, result in results_in(folder).items()}


def _torn(folder: Path) -> int:
    left = [path for path in (folder / "tp2").glob(".grader-*") if path.name not in {".grader-journal", ".grader-lock"}]
    without = [path for path in (folder / "tp2").glob("*.json") if not path.with_suffix(".xml").exists()]
    return len(left) + len(without)


def _compare(undisturbed: dict[str, bytes], folder: Path) -> int:
    resumed = {name: without_times(result) for name, result in results_in(folder).items()}
    return sum(resumed.get(name) != result for name, result in undisturbed.items())


if __name__ == "__main__":
    print(kill_and_resume(Path(sys.argv[1]), int(sys.argv[2])))  # noqa: T201
