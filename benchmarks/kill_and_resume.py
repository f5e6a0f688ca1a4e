"""`kill -9` at random moments of batches, to the parent or a worker, each followed by `--resume`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.figure import Figure
from benchmarks.recorded_batch import recorded_roster
from tests.commands.batch.kills import kill_and_resume
from tests.lab.process import print_progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.common import BenchmarkSettings


def killed_batches(setting: BenchmarkSettings) -> Iterator[Figure]:
    print_progress(f"bench: {setting.kills} batches, each killed and resumed…")
    tally = kill_and_resume(recorded_roster(setting, 20), setting.kills)
    yield Figure("batches of 20 recorded machines killed", tally.kills, note=f"{tally.of_workers} times a worker")
    yield Figure("results that differ from an undisturbed batch's after `--resume`", tally.differing, target="0")
    yield Figure("incomplete or left-over files", tally.torn, target="0")
