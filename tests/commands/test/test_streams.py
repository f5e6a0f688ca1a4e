"""The reader may leave, the disk may be full, the job may be cancelled: the grading still runs to its end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.lab.process import ending
from tests.student_shell import ROOT

GRADER = f"{sys.executable} -c 'from grader.cli import main; main()'"
FULL = Path("/dev/full")


def shell(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/bash", "-o", "pipefail", "-c", command],
        cwd=ROOT,
        env={**os.environ, "GRADER_LANG": "en"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    path = tmp_path / "class.csv"
    path.write_text("id;machine\ne1;unix:///nowhere\ne2;unix:///nowhere\n", encoding="utf-8")
    return path


def batch(roster: Path) -> str:
    return f"{GRADER} batch exercises/tp2 --roster {roster} --results {roster.parent}"


def graded(roster: Path) -> set[str]:
    return {json.loads(path.read_bytes())["student"]["id"] for path in (roster.parent / "tp2").glob("*.json")}


@pytest.mark.parametrize("reader", ["| true", "| head -c1", ">&-", ">&- 2>&-"])
def test_a_class_is_graded_to_its_end_whoever_reads(reader: str, roster: Path) -> None:
    done = shell(f"{batch(roster)} {reader}")
    assert done.returncode == 6, done.stderr
    assert graded(roster) == {"e1", "e2"}
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not FULL.exists(), reason="Linux has a device that is always full")
def test_a_class_is_graded_to_its_end_on_a_full_disk_of_the_log(roster: Path) -> None:
    done = shell(f"{batch(roster)} > /dev/full")
    assert done.returncode == 6
    assert done.stderr == "grader: standard output: No space left on device\n"
    assert graded(roster) == {"e1", "e2"}


@pytest.mark.skipif(not FULL.exists(), reason="Linux has a device that is always full")
@pytest.mark.parametrize("words", ["--help", "--version", "start tp2"])
def test_what_could_not_be_printed_is_no_success(words: str) -> None:
    done = shell(f"{GRADER} {words} > /dev/full")
    assert (done.returncode, done.stderr) == (4, "grader: standard output: No space left on device\n")


def test_the_screen_of_pytest_may_be_left_as_well(tmp_path: Path) -> None:
    command = f"{sys.executable} -m pytest exercises/tp2 --machine unix:///nowhere --student e1 --results {tmp_path}"
    for reader in ("| true", "> /dev/full"):
        done = shell(f"{command} {reader}")
        assert done.returncode == 6, done.stderr
        assert (tmp_path / "tp2" / "e1.json").is_file()
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_however_a_batch_is_ended_it_says_how_to_go_on(number: signal.Signals, roster: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        roster.write_text(f"id;machine\ne1;tcp://127.0.0.1:{silent.getsockname()[1]}\n", encoding="utf-8")
        started = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {batch(roster)}"],
            cwd=ROOT,
            env={**os.environ, "GRADER_LANG": "en"},
            stderr=subprocess.PIPE,
            text=True,
        )
        with ending(started) as running:
            silent.settimeout(60)
            connection, _ = silent.accept()
            running.send_signal(number)
            began = time.monotonic()
            _, said = running.communicate(timeout=60)
            connection.close()
    assert (running.returncode, said) == (2, "interrupted: what is graded is kept; run again with --resume\n")
    assert time.monotonic() - began < 15


def test_an_error_of_ours_is_not_a_students_failure() -> None:
    code = "import sys, grader.cli as c; c.app = lambda **_: 1 / 0; c.main()"
    sentences = {
        "en": "grader: internal error: please report the lines above",
        "fr": "grader: erreur interne\u00a0: merci de signaler les lignes ci-dessus",
    }
    for language, sentence in sentences.items():
        environ = {**os.environ, "GRADER_LANG": language}
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr.splitlines()[-1]) == (3, sentence)
