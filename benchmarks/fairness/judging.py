"""A state judged by the exercise's checks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmarks.fairness.machine import ChangedMachine
from grader.grading.checks_loop import run_checks
from grader.machine.machine import Machine
from grader.roster.ports import parse_ports
from tests.replays.replay import load_suite, read_spec

if TYPE_CHECKING:
    from benchmarks.fairness.state import State
    from grader.scoring.scorecard import ScorecardRow


@dataclass(frozen=True)
class Judged:
    rows: tuple[ScorecardRow, ...]
    missing: str
    """The first question whose answer is not known: the state is not counted then."""

    @property
    def points(self) -> int:
        return sum(row.spec.points for row in self.rows if row.outcome.verdict == "passed")

    def points_of(self, check: str) -> int:
        return next(row.spec.points for row in self.rows if row.spec.name == check)

    @property
    def total(self) -> int:
        return sum(row.spec.points for row in self.rows)


def judge_by_checks(state: State) -> Judged:
    header = state.header
    suite = load_suite(state.exercise)
    if header.spec:
        suite = replace(suite, spec=read_spec(header.spec))
    transport = ChangedMachine(state)
    machine = Machine(
        transport,
        suite.spec,
        ports=parse_ports(header.ports) if header.ports else None,
        passive=header.passive,
        disposable=header.disposable,
    )
    scorecard = run_checks(suite, machine)
    return Judged(tuple(scorecard), transport.missing)
