"""Processes that keep the processors busy, so that everything else on the machine is slow."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from tests.lab.process import ending

if TYPE_CHECKING:
    from collections.abc import Iterator

_BUSY: Final = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: also if the test is killed
signal.alarm(int(sys.argv[2]))
while os.getppid() == int(sys.argv[1]):
    for _ in range(10**6): pass
"""


@contextmanager
def busy_processors(count: int = 16, *, limit_s: int = 900) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Keeps `count` processes busy at normal priority. They end with the block, with this process, or after `limit_s`.

    At most that many processors are busy; `count` well above their number is what makes everything else wait.
    """
    with ExitStack() as stack:
        yield [stack.enter_context(ending(_start(limit_s))) for _ in range(count)]


def _start(limit_s: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", _BUSY, str(os.getpid()), str(limit_s)])
