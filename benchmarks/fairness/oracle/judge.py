"""The oracle's verdict on each check of a state, with the points that the handout gives."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from benchmarks.fairness.machine import ChangedMachine
from benchmarks.fairness.oracle.answers import Answers
from benchmarks.fairness.oracle.compose import TP6
from benchmarks.fairness.oracle.containers import unclear_as_unknown
from benchmarks.fairness.oracle.layers import TP1, TP3
from benchmarks.fairness.oracle.nginx import TP2
from benchmarks.fairness.oracle.scaling import TP7, TP8
from benchmarks.fairness.oracle.todos import TP4, TP5
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benchmarks.fairness.oracle.verdict import Verdict
    from benchmarks.fairness.state import State

ROWS: Final[Mapping[str, Mapping[str, Callable[[Answers], Verdict]]]] = {
    "tp1": TP1,
    "tp2": TP2,
    "tp3": TP3,
    "tp4": TP4,
    "tp5": TP5,
    "tp6": TP6,
    "tp7": TP7,
    "tp8": TP8,
}
_ROW: Final = re.compile(r"^\| +(\d+) \| (.+) \|$", re.MULTILINE)


def judge_by_oracle(state: State) -> dict[str, Verdict]:
    """The verdict on each check. Each is asked of the machine as if it were the only one."""
    machine = ChangedMachine(state)
    return {check: unclear_as_unknown(row, Answers(machine.unasked())) for check, row in ROWS[state.exercise].items()}


@cache
def handout_points(exercise: str) -> tuple[int, ...]:
    """The points in the handout's table, in its order."""
    text = (ROOT / "exercises" / exercise / "README.en.md").read_text(encoding="utf-8")
    return tuple(int(points) for points, _ in _ROW.findall(text))
