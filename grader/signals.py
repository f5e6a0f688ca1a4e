"""The signals that the grader, and what it starts, rely on: the same however the grader itself was started.

Which signals are ignored or blocked is inherited. A shell starts `command &` with SIGINT ignored, `nohup` ignores
SIGHUP, and a supervisor may ignore SIGCHLD (every exit code then reads as 0) or block SIGTERM (nothing ends in time).
"""

from __future__ import annotations

import os
import signal
import threading
from typing import Final

_CHOSEN: Final = ("SIGHUP", "SIGQUIT", "SIGTERM", "SIGALRM", "SIGUSR1", "SIGUSR2")
"""Signals that somebody may have chosen to ignore, as `nohup` does."""


def reset_signals() -> None:
    """Unblock all signals, let SIGINT interrupt and SIGCHLD report; what somebody chose to ignore stays ignored here.

    The programs that are started from now on begin with every signal at its default. Does nothing outside of the main
    thread, or if the system has no such signals.
    """
    if os.name != "posix" or threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # Nobody chose that one: it is the shell, for want of job control, that ignores it in the background.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in _CHOSEN:
        if signal.getsignal(getattr(signal, name)) is signal.SIG_IGN:
            signal.signal(getattr(signal, name), _ignore)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _ignore(*_: object) -> None:
    """In the place of SIG_IGN, which a program that is started would inherit; a function is not inherited."""
