"""A student's run needs nothing that only POSIX has: on Windows only the way to the engine differs."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.student_shell import ROOT

if TYPE_CHECKING:
    from tests.student_shell import StudentShell

POSIX_ONLY = ("fcntl", "pwd", "grp", "termios", "resource", "pty", "tty", "syslog", "_posixshmem")
"""Modules that Python on Windows does not have."""

BLOCKED = f"""
import os, socket, sys
sys.modules.update(dict.fromkeys({POSIX_ONLY!r}))
for name in {{absent!r}}:
    where, name = name.split('.')
    delattr(sys.modules[where], name)
import pytest
sys.exit(pytest.main(['exercises/tp2', '--lang', 'en', '-p', 'no:cacheprovider', '-p', 'no:pytest11.testinfra']))
"""
ABSENT = ("os.fork", "os.forkpty", "os.getuid", "os.geteuid", "os.killpg", "os.setsid", "socket.AF_UNIX")
"""Other names that it does not have."""


def run(environment: dict[str, str], *absent: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BLOCKED.format(absent=absent)],
        cwd=ROOT,
        env=environment | {"PYTHONIOENCODING": "utf-8", "LANG": "C.UTF-8"},
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )


def test_without_posix_a_run_gets_as_far_as_the_engine() -> None:
    done = run(dict(os.environ) | {"DOCKER_HOST": "tcp://127.0.0.1:9"}, *ABSENT)
    assert done.returncode == 6, done.stdout + done.stderr
    assert "tcp://127.0.0.1:9" in done.stdout
    assert "no mark" in done.stdout


def test_the_block_is_one() -> None:
    """The test above can fail: code for SSH does need what is blocked."""
    code = (
        BLOCKED.format(absent=ABSENT).partition("import pytest")[0]
        + "import grader.machine.transport.ssh.private_folder"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True)
    assert "fcntl" in done.stderr


@pytest.mark.live
def test_without_posix_modules_the_reference_has_full_marks(student: StudentShell) -> None:
    student.do_tp2()
    done = run(student.environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "20/20" in done.stdout
