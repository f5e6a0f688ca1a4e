"""Thousands of recorded machines in one batch: how many a core judges, and how much memory the parent needs."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.figure import Figure
from tests.commands.batch import recorded_class
from tests.commands.batch.batch import command
from tests.lab import LabError, wipe
from tests.lab.process import print_progress
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.common import BenchmarkSettings

_LIMIT_S: Final = 900
_DONE: Final = b'"event":"done"'


def recorded_roster(setting: BenchmarkSettings, size: int) -> Path:
    """A roster of machines that were just recorded."""
    setting.images()
    wipe(setting.engine)
    recorded = recorded_class.record_solutions(setting.engine, setting.folder)
    return recorded_class.write_roster(setting.folder / "class.csv", recorded, size)


def recorded_batches(setting: BenchmarkSettings) -> Iterator[Figure]:
    size = setting.recorded
    roster = recorded_roster(setting, size)
    print_progress(f"bench: {size} recorded machines in one batch…")
    words = command(roster, setting.folder / "results", "--progress", "json")
    began = time.monotonic()
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True) as process:
        try:
            memory = _peak_memory(process, size)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
    if process.returncode:
        raise LabError(f"a batch of recordings ended with code {process.returncode}")
    seconds, cpu_s = time.monotonic() - began, usage.ru_utime + usage.ru_stime
    yield Figure("machines", size)
    yield Figure(
        "judged and written per second of one core", size / cpu_s, "/s", note="by processor time, all processes"
    )
    yield Figure("judged and written per second of wall time", size / seconds, "/s")
    first, last = memory[min(memory)], memory[max(memory)]
    yield Figure(f"the parent's memory after {min(memory)} machines", first, "MB")
    yield Figure(f"and after {max(memory)}", last, "MB", "flat")


def _peak_memory(process: subprocess.Popen[bytes], size: int) -> dict[int, float]:
    """The parent's memory in MB, by number of machines done: after a tenth of them, and after the last."""
    looks = {max(1, size // 10), size}
    memory: dict[int, float] = {}
    done = 0
    deadline = time.monotonic() + _LIMIT_S
    for line in process.stdout or ():
        done += _DONE in line
        if done in looks - memory.keys():
            memory[done] = _memory_mb(process.pid)
        if time.monotonic() > deadline:
            raise LabError(f"{done} of {size} recordings were judged within {_LIMIT_S} s")
    if size not in memory:
        raise LabError(f"{done} of {size} recordings were judged")
    return memory


def _memory_mb(pid: int) -> float:
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1024**2
