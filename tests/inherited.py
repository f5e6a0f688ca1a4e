"""Commands that begin with signals ignored or blocked, as a shell, `nohup` or a supervisor may leave them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import signal
    from collections.abc import Sequence

__all__ = ["inheriting"]

_START = """
import os, signal, sys
ignored, blocked, *command = sys.argv[1:]
for number in ignored.split():
    signal.signal(int(number), signal.SIG_IGN)
signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # that one is ignored by Python itself
signal.pthread_sigmask(signal.SIG_BLOCK, [int(number) for number in blocked.split()])
os.execvp(command[0], command)
"""


def inheriting(
    command: Sequence[str], *, ignored: Sequence[signal.Signals] = (), blocked: Sequence[signal.Signals] = ()
) -> list[str]:
    words = [" ".join(str(int(number)) for number in numbers) for numbers in (ignored, blocked)]
    return [sys.executable, "-c", _START, *words, *command]
