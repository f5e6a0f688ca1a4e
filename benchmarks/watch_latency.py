"""The time from an engine event until `grader watch` has printed the new verdict."""

from __future__ import annotations

import json
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
from typing import IO, TYPE_CHECKING, Final

from benchmarks.figure import Figure
from tests.lab import LabError, wait_until, wipe
from tests.lab.process import ending, print_progress
from tests.student_shell import ROOT, StudentShell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.common import BenchmarkSettings

_LIMIT_S: Final = 60.0
_PAUSED: Final = "[container-paused]"


class _OutputLines:
    """The output of a `grader watch` without a terminal, with the time of each line in seconds since the epoch."""

    def __init__(self, said: IO[str]) -> None:
        self.lines: list[tuple[float, str]] = []
        threading.Thread(target=self._read, args=(said,), daemon=True).start()

    def _read(self, said: IO[str]) -> None:
        for line in said:
            self.lines.append((time.time(), line))

    def first_after(self, at: int, part: str) -> float:
        """The time of the first line, from line `at` on, that contains `part`."""

        def look() -> float | None:
            return next((when for when, line in self.lines[at:] if part in line), None)

        return wait_until(f"`grader watch` to say {part!r}", look, _LIMIT_S)


def watch_latency(setting: BenchmarkSettings) -> Iterator[Figure]:
    print_progress("bench: `grader watch` while a container is paused and goes on…")
    setting.images()
    wipe(setting.engine)
    student = StudentShell(setting.engine, setting.folder / "home")
    student.home.mkdir()
    words = ["watch", str(student.exercise), "--machine", setting.engine.url, "--lang", "en"]
    command = [sys.executable, "-c", "from grader.cli import main; main()", *words]
    try:
        student.do_tp2()
        student.grade()
        started = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=student.environment)
        with ending(started, signal.SIGINT) as watch:
            if watch.stdout is None:
                raise LabError("a watch without a pipe")
            latencies = _latencies(student, _OutputLines(watch.stdout), setting.events // 2)
    finally:
        wipe(setting.engine)
    ordered = sorted(1000 * one for one in latencies)
    note = f"{len(ordered)} events: `docker pause` and `docker unpause`, seven checks"
    yield Figure("from the engine's event to the verdict, median", statistics.median(ordered), "ms", "under 300", note)
    yield Figure("95th percentile", ordered[round(0.95 * (len(ordered) - 1))], "ms", "under 300")


def _latencies(student: StudentShell, output: _OutputLines, rounds: int) -> list[float]:
    output.first_after(0, "7 ok")
    chance = random.Random(1)  # noqa: S311 - for moments, repeatably
    began = time.time()
    verdicts: list[float] = []
    for verb, said in (("pause", _PAUSED), ("unpause", " 7 ok")) * rounds:
        time.sleep(chance.uniform(0.3, 0.8))  # a student's pace, never synchronous with the watch
        at = len(output.lines)
        student.run_shell(f"docker {verb} web")
        verdicts.append(output.first_after(at, said))
    happened = _event_delays(student, began)
    return [verdict - event for verdict, event in zip(verdicts, happened, strict=True)]


def _event_delays(student: StudentShell, began: float) -> list[float]:
    """When the engine reports that it paused or unpaused a container."""
    said = student.engine.docker(
        "events", "--since", f"{began:.3f}", "--until", f"{time.time():.3f}", "--format", "{{json .}}",
        "--filter", "event=pause", "--filter", "event=unpause",
    )  # fmt: skip
    return [json.loads(line)["timeNano"] / 1e9 for line in said.stdout.splitlines()]
