"""Waits for what is still starting, never for what has settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.checks.failure import CheckFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.machine.machine import Machine

_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 1.0


def eventually(
    machine: Machine, judge: Callable[[], None], *, within_s: float, is_settling: Callable[[], bool]
) -> None:
    """Calls `judge` until it passes, nothing is starting any more, or `within_s` seconds are over.

    Raises the last `CheckFailed`, with the waiting time as evidence.
    """
    began = machine.now()
    pause_s = _FIRST_PAUSE_S
    while True:
        try:
            judge()
        except CheckFailed as failure:
            waited_s = machine.now() - began
            if waited_s < within_s and is_settling():
                machine.wait(min(pause_s, within_s - waited_s))
                machine.clear_answers()
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
                continue
            if waited_s >= _FIRST_PAUSE_S:
                raise failure.with_evidence(f"waited {waited_s:.0f} s") from None
            raise
        else:
            return
