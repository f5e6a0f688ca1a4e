"""A program ends within its limits, whatever it does, and what it printed last is kept."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from grader.programs.bounded import EndReason, FinishedProgram, Limits, run_bounded
from grader.submission.sandbox.quota import FolderQuota, Quota

ENV = {"PATH": "/usr/bin:/bin"}


def shell(script: str, folder: Path, limits: Limits, quota: Quota | None = None) -> FinishedProgram:
    argv = ["/bin/bash", "-c", script]
    if quota is None:
        return run_bounded(argv, env=ENV, cwd=folder, limits=limits)
    return run_bounded(argv, env=ENV, cwd=folder, limits=limits, watch=FolderQuota(quota, folder))


def test_what_it_printed_and_how_it_ended(tmp_path: Path) -> None:
    done = shell("echo one; echo two >&2; exit 3", tmp_path, Limits(10))
    assert (done.end_reason, done.code, done.stdout) == (EndReason.EXITED, 3, b"one\n")
    assert set(done.last_lines) == {"one", "two"}
    assert not done.succeeded


def test_an_endless_program_is_ended_in_time(tmp_path: Path) -> None:
    done = shell("echo started; sleep 600", tmp_path, Limits(0.5))
    assert (done.end_reason, done.code) == (EndReason.TIME_LIMIT, None)
    assert done.last_lines == ("started",)
    assert done.seconds < 5


def test_endless_output_is_ended_and_its_last_lines_kept(tmp_path: Path) -> None:
    done = shell("while :; do echo spam; done", tmp_path, Limits(30, output_bytes=100_000, lines=3))
    assert done.end_reason is EndReason.OUTPUT_LIMIT
    assert len(done.stdout) == 100_000
    assert len(done.last_lines) == 3


def test_output_without_a_line_end_takes_no_more_memory_than_a_line(tmp_path: Path) -> None:
    done = shell("head -c 900000 /dev/zero | tr '\\0' x; printf END", tmp_path, Limits(30))
    assert len(done.last_lines) == 1
    assert len(done.last_lines[0]) <= 400


def test_a_process_left_behind_holds_nothing_up(tmp_path: Path) -> None:
    done = shell("setsid sleep 60 & echo gone", tmp_path, Limits(30))
    assert done.succeeded
    assert done.seconds < 5


def test_its_process_group_is_gone_when_it_has_ended(tmp_path: Path) -> None:
    done = shell("sleep 60 & echo $!", tmp_path, Limits(30))
    pid = int(done.stdout)
    deadline = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_control_characters_are_shown_and_not_obeyed(tmp_path: Path) -> None:
    done = shell(r"printf '\e[2J\xff\u202etxt\n'", tmp_path, Limits(10))
    assert done.last_lines[0].isprintable()
    assert "\\x1b" in done.last_lines[0]


def test_a_full_disk_ends_it(tmp_path: Path) -> None:
    script = "for i in $(seq 1000); do head -c 1000000 /dev/urandom > f$i; done; sleep 60"
    done = shell(script, tmp_path, Limits(60), Quota(disk_bytes=5_000_000))
    assert done.end_reason is EndReason.STOPPED_BY_WATCH
    assert done.reason.startswith("disk")


def test_files_without_number_end_it(tmp_path: Path) -> None:
    done = shell("for i in $(seq 3000); do : > f$i; done; sleep 60", tmp_path, Limits(60), Quota(files=1000))
    assert (done.end_reason, done.reason) == (EndReason.STOPPED_BY_WATCH, "disk: more than 1000 files")


def test_memory_without_end_ends_it(tmp_path: Path) -> None:
    script = "x=$(head -c 200000000 /dev/zero | tr '\\0' x); sleep 60"
    done = shell(script, tmp_path, Limits(60), Quota(memory_bytes=100_000_000))
    assert done.end_reason is EndReason.STOPPED_BY_WATCH
    assert done.reason.startswith("memory")


def test_a_program_that_does_not_exist_is_said_by_name(tmp_path: Path) -> None:
    done = run_bounded(["/no/such/program"], env=ENV, cwd=tmp_path, limits=Limits(5))
    assert done.end_reason is EndReason.NOT_STARTED
    assert "/no/such/program" in done.reason
