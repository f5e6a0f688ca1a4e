"""Runs a command beside an engine, and takes the engine away again where it was started for that."""

from __future__ import annotations

import signal
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.lab.find import private_engine, running_engine
from tests.lab.sweep import stop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from tests.lab.engine import Engine
    from tests.lab.places import Lab


@contextmanager
def held_engine(lab: Lab) -> Iterator[Engine]:
    """The lab's own engine; one that was not running before is stopped after."""
    found = running_engine(lab)
    if found:
        yield found
        return
    try:
        yield private_engine(lab)
    finally:
        stop(lab)


def run_with_engine(lab: Lab, command: Sequence[str]) -> int:
    """Run a command with the lab's engine up; its exit code. Ctrl-C ends the command first, then the engine."""
    child: subprocess.Popen[bytes] | None = None

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if child is None:
            raise KeyboardInterrupt
        if number != signal.SIGINT:  # the terminal has sent that one to the child as well
            child.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    with held_engine(lab) as engine:
        child = subprocess.Popen(command, env=engine.env())
        return child.wait()
