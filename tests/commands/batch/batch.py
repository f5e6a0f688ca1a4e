"""`grader batch` as a teacher types it, and what it left."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec

from grader.reports.result import ResultFile, read_result
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TP2 = ROOT / "exercises" / "tp2"


def command(roster: Path, results: Path, *options: str, exercise: Path = TP2) -> list[str]:
    given = ["batch", str(exercise), "--roster", str(roster), "--results", str(results), "--lang", "en", *options]
    return [sys.executable, "-c", "from grader.cli import main; main()", *given]


def batch(roster: Path, results: Path, *options: str, exercise: Path = TP2) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(roster, results, *options, exercise=exercise),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def begin_batch(roster: Path, results: Path, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command(roster, results, *options), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def results_in(results: Path, exercise: str = "tp2") -> dict[str, ResultFile]:
    """Every result of the folder, by student. Fails at a torn file."""
    return {path.stem: read_result(path) for path in sorted((results / exercise).glob("*.json"))}


def without_times(result: ResultFile) -> bytes:
    """The part of a result that no interruption may change: all but times, and the number of the attempt.

    Who could not be graded, since the worker was killed, is graded again: that is one attempt more.
    """
    told = msgspec.to_builtins(result)
    for name in ("started_at", "duration_s", "attempt"):
        told.pop(name, None)
    for check in told["checks"]:
        del check["duration_s"]
    return msgspec.json.encode(told, order="deterministic")
