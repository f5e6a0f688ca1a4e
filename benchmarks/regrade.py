"""An appeal: a thousand recordings regraded with today's suite."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from benchmarks.figure import Figure
from benchmarks.recordings import recorded_roster
from tests.campaign.batch import TP2, batch
from tests.desk import ROOT
from tests.lab import LabError
from tests.lab.process import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.setting import Setting

__all__ = ["regrade"]


def regrade(setting: Setting) -> Iterator[Figure]:
    results, size = setting.place / "results", setting.regraded
    say(f"bench: {size} recordings to regrade…")
    done = batch(recorded_roster(setting, size), results, "--record")
    if done.returncode:
        raise LabError(f"a batch of recordings ended with code {done.returncode}: {done.stderr}")
    command = [sys.executable, "-c", "from grader.cli import main; main()", "regrade", str(results)]
    began = time.monotonic()
    with subprocess.Popen([*command, "--exercise", str(TP2)], cwd=ROOT, stdout=subprocess.DEVNULL) as again:
        _, status, usage = os.wait4(again.pid, 0)
        again.returncode = os.waitstatus_to_exitcode(status)
    if again.returncode:
        raise LabError(f"grader regrade ended with code {again.returncode}")
    note = f"{usage.ru_utime + usage.ru_stime:.1f} s of processor time"
    yield Figure(f"`grader regrade` of {size} recordings", time.monotonic() - began, "s", "under 10", note)
