"""One machine, as a student grades it: the whole process compared with pytest alone, and its requests to the engine."""

from __future__ import annotations

import statistics
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from benchmarks.figure import Figure
from benchmarks.timing import Timing, ratio, run_in_turn, time_command, users_environment
from tests.lab import wipe
from tests.lab.fault_proxy import FaultProxy
from tests.lab.process import print_progress
from tests.student_shell import StudentShell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.common import BenchmarkSettings

_PLAIN_PYTEST_OPTIONS: Final = ("-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-p", "no:xdist")
"""Plugins for development, which users do not have: switched off on both sides."""
_EMPTY_SUITE: Final = """
import pytest, time
from importlib import import_module
began = time.process_time()
import_module("grader.plugin")
print(time.process_time() - began)
"""


def one_machine(setting: BenchmarkSettings) -> Iterator[Figure]:
    print_progress("bench: tp2's reference on a settled machine…")
    setting.images()
    wipe(setting.engine)
    student = StudentShell(setting.engine, setting.folder / "home")
    student.home.mkdir()
    try:
        student.do_tp2()
        student.grade()
        yield _compared_with_pytest(student, setting.folder, setting.rounds)
        yield Figure(
            "requests to the engine for tp2's reference", _requests(student, setting.folder), target="at most 15"
        )
    finally:
        wipe(setting.engine)
    inert = [_empty_suite(setting.folder) for _ in range(setting.rounds)]
    yield Figure("the installed plugin in another project", 1000 * statistics.median(inert), "ms", "under 10")


def _compared_with_pytest(student: StudentShell, place: Path, rounds: int) -> Figure:
    empty = place / "empty"
    empty.mkdir()
    (empty / "test_empty.py").write_text("def test_nothing():\n    pass\n", encoding="utf-8")
    pytest = [sys.executable, "-m", "pytest", *_PLAIN_PYTEST_OPTIONS, "-p", "no:pytest11.testinfra"]

    def tp2() -> Timing:
        command = [*pytest, str(student.exercise), "--machine", student.engine.url]
        return time_command(command, limit_s=60, cwd=place, out=place / "tp2.out")

    def nothing() -> Timing:
        return time_command([*pytest, str(empty)], limit_s=60, cwd=empty, out=place / "empty.out")

    found = run_in_turn({"tp2": tp2, "nothing": nothing}, rounds)
    times = {name: [one.seconds for one in of_name] for name, of_name in found.items()}
    cpu = ratio([one.cpu_s for one in found["tp2"]], [one.cpu_s for one in found["nothing"]])
    seconds = {name: statistics.median(of_name) for name, of_name in times.items()}
    note = f"{seconds['tp2']:.2f} s to {seconds['nothing']:.2f} s; {cpu:.2f} × by processor time"
    return Figure(
        "`pytest exercises/tp2` compared with pytest on one empty test",
        ratio(*times.values()),
        "×",
        "at most 2.2",
        note,
    )


def _requests(student: StudentShell, place: Path) -> int:
    with FaultProxy(student.engine.url, place / "p.sock") as proxy:
        student.run_pytest("--machine", proxy.url)
        return len(proxy.requests)


def _empty_suite(place: Path) -> float:
    """Seconds of processor time to import the plugin, in addition to importing pytest."""
    command = [sys.executable, "-c", _EMPTY_SUITE]
    done = subprocess.run(
        command, env=users_environment(), capture_output=True, text=True, check=True, cwd=place, timeout=60
    )
    return float(done.stdout)
