"""A worker's start, at the moments that are hard to hit."""

from __future__ import annotations

import subprocess
import sys

INTERRUPTED_FORK = """
import os, signal
from grader.grading.worker import fork_worker
os.register_at_fork(before=lambda: os.kill(os.getpid(), signal.SIGINT))
try:
    fork_worker(None, None)
except KeyboardInterrupt:
    raise SystemExit(42)
"""
KILLED_WITHOUT_A_GROUP = """
import os, time
from grader.grading.worker import Worker
readable, writable = os.pipe()
pid = os.fork()
if not pid:
    time.sleep(90)
Worker(pid, readable).kill()
raise SystemExit(42)
"""


def test_an_interrupt_in_the_middle_of_a_fork_is_not_lost() -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED_FORK], capture_output=True, check=False, timeout=60)
    assert done.returncode == 42, done.stderr


def test_a_worker_that_has_no_group_of_its_own_yet_is_killed_all_the_same() -> None:
    """The grader may be told to end right after the fork; waiting for the worker would take minutes."""
    done = subprocess.run([sys.executable, "-c", KILLED_WITHOUT_A_GROUP], capture_output=True, check=False, timeout=60)
    assert done.returncode == 42, done.stderr
