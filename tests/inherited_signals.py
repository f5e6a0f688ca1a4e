"""Commands that begin with signals ignored or blocked, as a shell or a supervisor may leave them; a process's masks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import signal
    from collections.abc import Sequence

# Signals 32 and 33 belong to the C library: no program can set them through it. Some supervisors leave them ignored.
_C_LIBRARY = 0b11 << 31

_START = """
import os, signal, sys
ignored, blocked, *command = sys.argv[1:]
for number in ignored.split():
    signal.signal(int(number), signal.SIG_IGN)
signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # that one is ignored by Python itself
signal.pthread_sigmask(signal.SIG_BLOCK, [int(number) for number in blocked.split()])
os.execvp(command[0], command)
"""


def with_inherited_signals(
    command: Sequence[str], *, ignored: Sequence[signal.Signals] = (), blocked: Sequence[signal.Signals] = ()
) -> list[str]:
    words = [" ".join(str(int(number)) for number in numbers) for numbers in (ignored, blocked)]
    return [sys.executable, "-c", _START, *words, *command]


def signal_masks(status: Sequence[str]) -> dict[str, int]:
    r"""The masks in lines of /proc/PID/status (`SigIgn:\t0000000000001000`), without the C library's own signals."""
    masks = (line.split(":\t") for line in status)
    return {name: int(mask, 16) & ~_C_LIBRARY for name, mask in masks}
