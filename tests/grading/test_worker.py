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


def test_an_interrupt_in_the_middle_of_a_fork_is_not_lost() -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED_FORK], capture_output=True, check=False, timeout=60)
    assert done.returncode == 42, done.stderr
