"""Runs a command with an engine, and stops the engine afterwards if it was started for that."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.lab.choose_engine import answering_engine, private_engine, running_engine
from tests.lab.images import ensure_images
from tests.lab.own_network import command_on_network, create_network
from tests.lab.process import LabError, print_progress
from tests.lab.sweep import stop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from tests.lab.engine import Engine
    from tests.lab.lab_folder import Lab


MAY_WIPE = "GRADER_LAB_MAY_WIPE"
"""If set to 1, the tests use whichever engine answers, and remove everything on it."""


@contextmanager
def lab_engine(lab: Lab, *, may_create_network: bool = False) -> Iterator[Engine]:
    """The lab's own engine, because tests empty the one that they use. It is stopped afterwards if this started it.

    If someone else's engine runs too, the lab's needs a separate network, and so does whoever uses its ports.
    """
    found = running_engine(lab)
    other = None if found else answering_engine(lab)
    if other and os.environ.get(MAY_WIPE) == "1":
        found = replace(other, private=True)
    if found:
        yield found
        return
    if other and not may_create_network:
        raise LabError(
            f"another engine answers at {other.url}, and tests empty the one they use: run them by `make test`, "
            f"which makes one of their own, or set {MAY_WIPE}=1 to give them that one"
        )
    try:
        if other:
            print_progress(f"leaving the engine at {other.url} alone; the tests get their own, on a separate network")
            create_network(lab)
        yield private_engine(lab)
    finally:
        stop(lab)


def run_with_engine(lab: Lab, command: Sequence[str], images: Sequence[str] = ()) -> int:
    """Run a command with the lab's engine running and these images on it; returns its exit code.

    Ctrl-C ends the command first, then the engine.
    """
    child: subprocess.Popen[bytes] | None = None

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if child is None:
            raise KeyboardInterrupt
        if number != signal.SIGINT:  # the terminal has sent it to the child too
            child.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    with lab_engine(lab, may_create_network=True) as engine:
        ensure_images(engine, lab, images)
        child = subprocess.Popen(command_on_network(lab, command), env=engine.env())
        return child.wait()
