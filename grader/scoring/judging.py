"""Runs the checks of a suite on one machine, by the same rules as the pytest plugin, in this very process."""

from __future__ import annotations

import time
import traceback
from typing import TYPE_CHECKING

from grader.checks.mistake import NotTried
from grader.errors import ExerciseError
from grader.scoring.verdict import Outcome, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grader.errors import MachineUnreachable
    from grader.machine.machine import Machine
    from grader.scoring.ledger import Ledger, Row
    from grader.scoring.suite import Suite

__all__ = ["hindrance", "judge_suite", "looked_at_nothing"]

_TRACEBACK_LINES = 60


def judge_suite(
    suite: Suite,
    machine: Machine | MachineUnreachable,
    on_check: Callable[[str], None] = lambda _: None,
    known: Mapping[str, Outcome] | None = None,
) -> Ledger:
    """Every check's verdict. Where the machine cannot be reached, each is an error with that reason.

    `on_check` hears the name of each check before it is tried. `known`: outcomes that cannot have changed since.
    """
    ledger = suite.ledger()
    for check, row in zip(suite.checks, ledger, strict=True):
        if known and row.spec.name in known:
            row.outcome = known[row.spec.name]
            continue
        began = time.monotonic()
        on_check(row.spec.name)
        row.outcome = ledger.settled(row, _outcome(check, row, ledger, machine, suite))
        row.duration_s = time.monotonic() - began
    return ledger


def hindrance(ledger: Ledger, row: Row, *, disposable: bool) -> Outcome | None:
    """Why a check must not run now: what it needs did not pass, or it would break what must not be broken."""
    hindered = ledger.hindrance(row.spec.name)
    if hindered is None and row.spec.disposable and not disposable:
        return judge(NotTried("disposable"))
    return hindered


def looked_at_nothing(name: str) -> ExerciseError:
    """Points are given on evidence of this run: a check that asked the machine nothing has none."""
    return ExerciseError(f"{name} looked at nothing")


def _outcome(
    check: Callable[[Machine], None], row: Row, ledger: Ledger, machine: Machine | MachineUnreachable, suite: Suite
) -> Outcome:
    if isinstance(machine, Exception):
        return judge(machine)
    hindered = hindrance(ledger, row, disposable=machine.disposable)
    if hindered:
        return hindered
    machine.trail = []
    try:
        check(machine)
        if not machine.trail:
            raise looked_at_nothing(row.spec.name)  # noqa: TRY301 - judged as what a check raises
    except Exception as error:  # noqa: BLE001 - whose failure it is, is judged, not guessed
        outcome = judge(error, suite.folder).with_trail(machine.trail)
        return outcome.with_traceback(traceback.format_exc().splitlines()[-_TRACEBACK_LINES:])
    return judge(None)
