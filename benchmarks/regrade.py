"""An appeal: a thousand recordings regraded with today's suite."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from benchmarks.figure import Figure
from benchmarks.recorded_batch import recorded_roster
from tests.commands.batch.batch import TP2, batch
from tests.lab import LabError
from tests.lab.process import print_progress
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.common import BenchmarkSettings


def regrade(setting: BenchmarkSettings) -> Iterator[Figure]:
    results, size = setting.folder / "results", setting.regraded
    print_progress(f"bench: {size} recordings to regrade…")
    done = batch(recorded_roster(setting, size), results, "--record")
    if done.returncode:
        raise LabError(f"a batch of recordings ended with code {done.returncode}: {done.stderr}")
    command = [sys.executable, "-c", "from grader.cli import main; main()", "regrade", str(results)]
    began = time.monotonic()
    with subprocess.Popen([*command, "--exercise", str(TP2)], cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise LabError(f"grader regrade ended with code {process.returncode}")
    note = f"{usage.ru_utime + usage.ru_stime:.1f} s of processor time"
    yield Figure(f"`grader regrade` of {size} recordings", time.monotonic() - began, "s", "under 10", note)
