"""Waits for what can still come true, never for what has settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.checks.failure import CheckFailed
from grader.checks.settling import CONFIGURATION_CODES, PROGRAM_CODES, has_yet_to_speak, is_at_work, may_change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact

_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 1.0
PROGRAM_PAUSE_S: Final = 0.7
"""Unlike any other pause, so that a recording shows it."""
_STRETCH: Final = 4.0
"""How many times `within_s` a check waits for programs that are at work."""
_ANSWER_S: Final = 5.0
"""What counts as `within_s`, if it is less, for a site that does not answer: the request is sent again, since a busy
machine may have been too slow for it."""


def eventually(
    machine: Machine,
    judge: Callable[[], None],
    *,
    within_s: float,
    depends_on: Callable[[], Iterable[ContainerFact]] = tuple,
    is_settling: Callable[[], bool] | None = None,
) -> None:
    """Calls `judge` until it passes, or its failure can no longer change.

    It waits up to `within_s` seconds while something is starting: one of the containers of `depends_on`, or whatever
    `is_settling` says instead. What is wrong with a program is always looked at twice, since one request may fail on a
    busy machine, or come just before the program listens. After that `eventually` waits while one of those containers
    has yet to print its first word, or is at work: then longer than `within_s`. `Machine.patience_s` limits that
    waiting, since all checks together must end before the machine's deadline.

    Raises the last `CheckFailed`, with the waiting time.
    """
    began = machine.now()
    pause_s = _FIRST_PAUSE_S
    seen = ""
    while True:
        try:
            return judge()
        except CheckFailed as failure:
            is_new, seen = failure.code != seen, failure.code
            failed_at = machine.now()
            waited_s = round(failed_at - began, 3)
            if (
                waited_s < within_s
                and failure.code not in CONFIGURATION_CODES
                and (is_settling() if is_settling else any(may_change(fact, within_s) for fact in depends_on()))
            ):
                machine.wait(min(pause_s, within_s - waited_s))
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
            elif (
                _may_come_true(machine, failure, within_s, waited_s)
                and (is_new or _is_unready(machine, failure, tuple(depends_on()), is_in_time=waited_s < within_s))
                # The later answers of a recording in which nobody waited here belong to later checks.
                and machine.wait(PROGRAM_PAUSE_S)
            ):
                machine.patience_s -= machine.now() - failed_at
            else:
                failure.waited_s = waited_s
                raise
        machine.clear_answers()


def _may_come_true(machine: Machine, failure: CheckFailed, within_s: float, waited_s: float) -> bool:
    """True if the failure is a program's, and there is time left for it."""
    limit_s = _STRETCH * (max(within_s, _ANSWER_S) if failure.code == "site-silent" else within_s)
    return failure.code in PROGRAM_CODES and waited_s < limit_s and machine.patience_s > 0


def _is_unready(machine: Machine, failure: CheckFailed, facts: tuple[ContainerFact, ...], *, is_in_time: bool) -> bool:
    return (is_in_time and has_yet_to_speak(machine, failure, facts)) or is_at_work(machine, facts)
