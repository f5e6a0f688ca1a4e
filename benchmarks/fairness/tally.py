"""Counts, over all states of an exercise, what the checks and a plain suite give and take wrongly."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.fairness.judging import judge_by_checks
from benchmarks.fairness.oracle.judge import judge_by_oracle
from benchmarks.fairness.oracle.verdict import Earned, Lost, Unknown, Verdict
from benchmarks.fairness.plain.judge import judge_by_plain_suite
from benchmarks.fairness.states import make_states, read_right_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.fairness.judging import Judged
    from benchmarks.fairness.state import State


@dataclass
class Tally:
    """What one way of judging gave, for the checks that were tried."""

    undeserved: int = 0
    """Points given although the oracle says that they are lost."""
    withheld: int = 0
    """Points not given although the oracle says that they are earned."""
    lost: int = 0
    """Points that the oracle says are lost."""
    deserved: int = 0
    """Points that the oracle says are earned."""
    tried: int = 0
    """All their points."""
    unjudged: int = 0
    """Of these, the ones that the oracle cannot judge."""
    failures: int = 0
    """Failed checks that the oracle says are lost."""
    named: int = 0
    """Of these, the ones whose diagnosis is among the causes that the oracle names."""

    def count(self, points: int, verdict: Verdict, *, is_given: bool) -> None:
        self.tried += points
        self.unjudged += points * isinstance(verdict, Unknown)
        if isinstance(verdict, Lost):
            self.lost += points
            self.undeserved += points * is_given
        if isinstance(verdict, Earned):
            self.deserved += points
            self.withheld += points * (not is_given)

    def add(self, other: Tally) -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


@dataclass
class ExerciseTally:
    exercise: str
    bases: int = 0
    """Recorded right answers."""
    unusable: int = 0
    """Those whose own recording does not answer every question of the checks."""
    states: int = 0
    left_out: int = 0
    """States that ask for an answer that is neither recorded nor follows from the rest."""
    operators: set[str] = field(default_factory=set)
    checks: Tally = field(default_factory=Tally)
    plain: Tally = field(default_factory=Tally)
    deviations: Counter[str] = field(default_factory=Counter)
    """Each kind of deviation of the checks, in words."""

    def add(self, other: ExerciseTally) -> None:
        for name in ("bases", "unusable", "states", "left_out"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.operators |= other.operators
        self.checks.add(other.checks)
        self.plain.add(other.plain)
        self.deviations += other.deviations


def tally(name: str, *, is_complete: bool = False) -> ExerciseTally:
    """What the states of one right answer give. `is_complete`: all its states, not a selection."""
    counted = ExerciseTally(name.partition("/")[0])
    base = read_right_answer(name)
    if base is None:
        counted.unusable = 1
        return counted
    for state in make_states(base, is_complete=is_complete):
        judged = judge_by_checks(state)
        if judged.missing:
            counted.left_out += 1
            continue
        counted.bases += not state.operators
        counted.states += 1
        counted.operators |= {one.partition(" ")[0] for one in state.operators}
        oracle = judge_by_oracle(state)
        _count_checks(counted, state, judged, oracle)
        for check, is_given in judge_by_plain_suite(state).items():
            counted.plain.count(judged.points_of(check), oracle[check], is_given=is_given)
    return counted


def _count_checks(counted: ExerciseTally, state: State, judged: Judged, oracle: Mapping[str, Verdict]) -> None:
    for row in judged.rows:
        verdict, outcome, points = oracle[row.spec.name], row.outcome, row.spec.points
        if outcome.verdict == "skipped":
            continue
        is_given = outcome.verdict == "passed"
        counted.checks.count(points, verdict, is_given=is_given)
        what = ""
        if isinstance(verdict, Lost) and is_given:
            what = "undeserved"
        elif isinstance(verdict, Earned) and not is_given:
            what = f"withheld, {outcome.verdict} {outcome.code}"
        elif isinstance(verdict, Lost) and outcome.verdict == "failed":
            counted.checks.failures += 1
            counted.checks.named += outcome.code in verdict.codes
            what = "" if outcome.code in verdict.codes else f"called {outcome.code}, not {min(verdict.codes)}"
        if what:
            operators = " + ".join(one.partition(" ")[0] for one in state.operators) or "nothing changed"
            counted.deviations[f"{row.spec.name}: {what} ({operators})"] += points
