"""Brings each solution up, grades it, compares exactly, and says what a suite does not see."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.errors import ExerciseError, MachineUnreachable
from grader.machine.address import engine_address
from grader.machine.machine import Machine
from grader.machine.reach import reach
from grader.rehearsal.solution import differences, read_solutions
from grader.rehearsal.stage import Stage
from grader.scoring.judging import judge_suite
from grader.scoring.mark import mark
from grader.scoring.suite import read_suite

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from grader.rehearsal.solution import Solution
    from grader.roster.machine_url import MachineUrl
    from grader.roster.ports import PortRange
    from grader.scoring.ledger import Ledger
    from grader.scoring.suite import Suite

__all__ = ["Rehearsed", "Tried", "rehearse"]


@dataclass(frozen=True)
class Tried:
    """One solution, graded once."""

    name: str
    ledger: Ledger
    faults: list[str]
    """What is not as it must be, one sentence each."""


@dataclass
class Rehearsed:
    suite: Suite
    tried: list[Tried] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """What is wrong with the suite as a whole."""

    @property
    def is_good(self) -> bool:
        return not self.faults and not any(one.faults for one in self.tried)


def rehearse(
    exercise: Path,
    machine: MachineUrl,
    *,
    repeat: int = 1,
    only: Collection[str] = (),
    solutions: Path | None = None,
    shard: tuple[int, int] = (1, 1),
    on_tried: Callable[[Tried], None] = lambda _: None,
) -> Rehearsed:
    """Rehearses one exercise on the engine at `machine`, which must be empty.

    `only`: the names of some solutions. `shard`: the k-th of n parts of them, for several engines to share. `on_tried`
    hears of each as soon as it is graded.
    """
    suite = read_suite(exercise)
    everything = read_solutions(suite, solutions)
    number, shards = shard
    chosen = _chosen(everything, only)[number - 1 :: shards]
    rehearsed = Rehearsed(suite)
    stage = Stage(engine_address(machine, os.environ))

    def heard(one: Tried) -> None:
        rehearsed.tried.append(one)
        on_tried(one)

    try:
        if not only:
            heard(_untouched(suite, machine))
            heard(_unreachable(suite))
        for time in range(repeat):
            for solution in chosen:
                suffix = f" ({time + 1})" if repeat > 1 else ""
                heard(_try(suite, solution, machine, stage, suffix))
    finally:
        stage.empty()
        stage.close()
    if not only and solutions is None:
        rehearsed.faults += _unproven(suite, everything)
    return rehearsed


def _chosen(solutions: list[Solution], only: Collection[str]) -> list[Solution]:
    names = [one.name for one in solutions]
    for name in only:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            guess = f"did you mean {near[0]}?" if near else f"there are: {', '.join(names)}"
            raise ExerciseError(f"no solution named {name!r}; {guess}")
    return [one for one in solutions if not only or one.name in only]


def _try(suite: Suite, solution: Solution, machine: MachineUrl, stage: Stage, suffix: str) -> Tried:
    with stage.brought_up(solution, suite) as brought_up:
        ledger = _graded(suite, machine, solution.ports)
        faults = differences(solution, ledger)
        if solution.is_reference and brought_up.exit_code != 0:
            faults.append(f"up.sh ended with code {brought_up.exit_code}")
        if faults:
            faults += [f"up.sh: {line}" for line in brought_up.last_lines]
    return Tried(solution.name + suffix, ledger, faults)


def _graded(suite: Suite, machine: MachineUrl, ports: PortRange | None) -> Ledger:
    link = reach(machine)
    try:
        return judge_suite(suite, Machine(link, suite.sheet, ports=ports, disposable=True))
    finally:
        link.close()


def _untouched(suite: Suite, machine: MachineUrl) -> Tried:
    ledger = _graded(suite, machine, None)
    earned = [row.spec.name for row in ledger if row.points]
    return Tried("(untouched engine)", ledger, [f"{name} gives points for nothing" for name in earned])


def _unreachable(suite: Suite) -> Tried:
    ledger = judge_suite(suite, MachineUnreachable("engine-absent", where="unix:///nowhere"))
    faults = [
        f"{row.spec.name} is {row.outcome.verdict}, not an error" for row in ledger if row.outcome.verdict != "error"
    ]
    if mark(ledger).value is not None:
        faults.append("a machine that nobody could look at has a mark")
    return Tried("(unreachable engine)", ledger, faults)


def _unproven(suite: Suite, solutions: list[Solution]) -> list[str]:
    failed = {name for solution in solutions for name in solution.expected.failed}
    missing = [spec.name for spec in suite.specs if spec.name not in failed]
    faults = [f"{name} is failed by no wrong solution: nobody knows whether it can fail" for name in missing]
    if not any(solution.is_reference for solution in solutions):
        faults.append("there is no reference solution")
    return faults
