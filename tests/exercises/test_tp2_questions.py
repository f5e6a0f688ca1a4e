"""How often the engine is asked about tp2, and in what way: counted between the grader and the engine."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.lab.fault_proxy import FaultProxy
from tests.student_shell import verdicts_by_check

if TYPE_CHECKING:
    from pathlib import Path

    from tests.student_shell import StudentShell

pytestmark = pytest.mark.live


def test_the_reference_takes_at_most_fifteen_requests(student: StudentShell, tmp_path: Path) -> None:
    student.do_tp2()
    verdicts_by_check(student.grade())  # settled from here on
    with FaultProxy(student.engine.url, tmp_path / "p.sock") as proxy:
        done = student.run_pytest("--machine", proxy.url, "-q")
    assert done.returncode == 0, done.stdout
    assert 5 <= len(proxy.requests) <= 15, [f"{one.method} {one.path}" for one in proxy.requests]


def test_passive_asks_only_and_what_it_could_not_try_is_provisional(student: StudentShell, tmp_path: Path) -> None:
    student.do_tp2()
    before = sorted(path.stat().st_mtime_ns for path in (student.home / "Docker").rglob("*"))
    with FaultProxy(student.engine.url, tmp_path / "p.sock") as proxy:
        done = student.run_pytest(
            "--machine", proxy.url, "--passive", "--results", str(tmp_path / "r"), "--student", "p"
        )
    assert {one.method for one in proxy.requests} == {"GET"}
    assert sorted(path.stat().st_mtime_ns for path in (student.home / "Docker").rglob("*")) == before
    result = student.result_of(tmp_path / "r", "p")
    assert (done.returncode, result.points, result.provisional, result.not_tried_points) == (0, 16, True, 4)


def test_nothing_stays_behind(student: StudentShell) -> None:
    student.do_tp2()
    student.grade()
    assert not list(student.home.rglob(".grader-*"))
    assert sorted(student.engine.docker("ps", "-a", "--format", "{{.Names}}").stdout.split()) == ["hello", "web"]


def test_what_a_killed_run_left_is_swept_by_the_next(student: StudentShell) -> None:
    student.do_tp2()
    word = [sys.executable, "-c", "from grader.machine.temporary_files import new_nonce; print(new_nonce())"]
    of_a_dead_run = subprocess.run(word, check=True, capture_output=True, text=True).stdout.strip()
    left = student.home / f"Docker/site/.grader-{of_a_dead_run}.txt"
    left.write_text("left by a run that was killed", encoding="utf-8")
    student.grade()
    assert not list(student.home.rglob(".grader-*"))
