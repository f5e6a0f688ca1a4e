"""Time and resources of commands, and how to compare two of them on a busy machine."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.lab.process import LabError, peak_mb

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

_LOOK_S: Final = 0.02
_NO_BYTECODE: Final = "PYTHONDONTWRITEBYTECODE"
"""Users do not set it: with it, Python compiles the grader at each start."""


@dataclass(frozen=True)
class Timing:
    seconds: float
    cpu_s: float
    """Processor time of the process and of the children that it waited for."""
    peak_mb: float
    """Peak memory of the process itself, without its children."""
    out: str


def users_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != _NO_BYTECODE}


def time_command(command: Sequence[str], *, limit_s: float, cwd: Path, out: Path) -> Timing:
    """Runs a command, with its output in the file `out`. Raises `LabError` if it fails or does not end in time."""
    began = time.monotonic()
    peak = 0.0
    with out.open("wb") as written:
        process = subprocess.Popen(
            command, cwd=cwd, env=users_environment(), stdout=written, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            while True:
                peak = max(peak, peak_mb(process.pid))
                pid, status, usage = os.wait4(process.pid, os.WNOHANG)
                if pid:
                    process.returncode = os.waitstatus_to_exitcode(status)
                    break
                if time.monotonic() - began > limit_s:
                    raise LabError(f"`{' '.join(command)}` did not end within {limit_s:g} s")
                time.sleep(_LOOK_S)
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    seconds = time.monotonic() - began
    said = out.read_text(encoding="utf-8", errors="replace")
    if process.returncode:
        raise LabError(f"`{' '.join(command)}` ended with code {process.returncode}: {said[-2000:]}")
    return Timing(seconds, usage.ru_utime + usage.ru_stime, peak, said)


def run_in_turn(calls: Mapping[str, Callable[[], Timing]], rounds: int) -> dict[str, list[Timing]]:
    """Each call once per round; every other round in reverse, so that none always follows the same one."""
    found: dict[str, list[Timing]] = {name: [] for name in calls}
    for number in range(rounds):
        for name in reversed(list(calls)) if number % 2 else calls:
            found[name].append(calls[name]())
    return found


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of each round's ratio: within a round, changing load affects both sides alike."""
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))
