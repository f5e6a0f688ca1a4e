"""A state judged by the plain suite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.fairness.machine import ChangedMachine
from benchmarks.fairness.plain.host import Host
from benchmarks.fairness.plain.suites import PLAIN
from grader.errors import ProbeFailed

if TYPE_CHECKING:
    from benchmarks.fairness.state import State


def judge_by_plain_suite(state: State) -> dict[str, bool]:
    """Whether each of its tests passes. Those whose answers were never recorded are left out."""
    judged: dict[str, bool] = {}
    machine = ChangedMachine(state)
    for check, test in PLAIN[state.exercise].items():
        try:
            test(Host(machine.unasked()))
        except ProbeFailed:
            continue
        except Exception:  # noqa: BLE001 - a KeyError in such a test costs the student the points, too
            judged[check] = False
        else:
            judged[check] = True
    return judged
