"""Grades with the command that students type, and measures what it took."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.lab.process import peak_mb
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from grader.reports.result import ResultFile
    from tests.student_shell import StudentShell


@dataclass(frozen=True)
class MeasuredGrading:
    exit_code: int
    output: str
    result: ResultFile
    seconds: float
    peak_mb: float
    """The most memory that the process ever held."""

    @property
    def has_blamed_student(self) -> list[str]:
        """Checks that would be reported to the student as failed or blocked."""
        return [check.id for check in self.result.checks if check.verdict in {"failed", "blocked"}]

    @property
    def code(self) -> str:
        """The code of the first error; empty if there is none."""
        errors = (check.diagnosis for check in self.result.checks if check.verdict == "error")
        return next((error.code for error in errors if error), "")


def grade_and_measure(
    student: StudentShell,
    folder: Path,
    *options: str,
    command: Sequence[str] = (sys.executable, "-m", "pytest"),
    limit_s: float = 200,
) -> MeasuredGrading:
    """Grades the student's exercise in a process of its own, as the student `e1`."""
    screen = folder / "screen"
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with screen.open("wb") as out:
        process = subprocess.Popen(
            [*command, str(student.exercise), "--student=e1", f"--results={folder}", *options],
            env=student.environment | {"LANG": "en_GB.UTF-8", "PYTHONIOENCODING": "utf-8"},
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        exit_code, peak_mb = _wait_and_measure(process, limit_s)
    return MeasuredGrading(
        exit_code,
        screen.read_text("utf-8", "replace"),
        student.result_of(folder, "e1"),
        time.monotonic() - began,
        peak_mb,
    )


def _wait_and_measure(process: subprocess.Popen[bytes], limit_s: float) -> tuple[int, float]:
    deadline = time.monotonic() + limit_s
    most = 0.0
    while (exit_code := process.poll()) is None:
        most = max(most, peak_mb(process.pid))
        if time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise AssertionError(f"not ended after {limit_s:.0f} s")
        time.sleep(0.02)
    assert most, "the process ended before its memory was looked at"
    return exit_code, most
