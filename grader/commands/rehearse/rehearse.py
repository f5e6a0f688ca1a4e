"""Brings each solution up, grades it, compares the verdicts, and reports what a suite does not detect."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from grader.commands.rehearse.engine import RehearsalEngine
from grader.commands.rehearse.hints import find_revealing_hints
from grader.commands.rehearse.solution import find_differences, read_solutions
from grader.errors import ExerciseError, GraderError, MachineUnreachable
from grader.grading.checks_loop import run_checks
from grader.machine.machine import Machine
from grader.machine.transport.connect import open_transport
from grader.machine.transport.engine_address import engine_address
from grader.scoring.mark import compute_mark
from grader.scoring.suite import read_suite

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from grader.commands.rehearse.solution import Solution
    from grader.roster.machine_url import MachineUrl
    from grader.roster.ports import PortRange
    from grader.scoring.scorecard import Scorecard
    from grader.scoring.suite import Suite

UNTOUCHED: Final = "(untouched engine)"
UNREACHABLE: Final = "(unreachable engine)"
"""The names of the runs without a solution."""


@dataclass(frozen=True)
class SolutionRun:
    """One solution, graded once."""

    name: str
    scorecard: Scorecard
    faults: list[GraderError]
    """What is not as expected."""


@dataclass
class Rehearsal:
    suite: Suite
    runs: list[SolutionRun] = field(default_factory=list)
    faults: list[GraderError] = field(default_factory=list)
    """What is wrong with the suite as a whole."""

    @property
    def is_good(self) -> bool:
        return not self.faults and not any(one.faults for one in self.runs)


def rehearse(
    exercise: Path,
    machine: MachineUrl,
    *,
    repeat: int = 1,
    only: Collection[str] = (),
    solutions: Path | None = None,
    shard: tuple[int, int] = (1, 1),
    on_run: Callable[[SolutionRun], None] = lambda _: None,
) -> Rehearsal:
    """Rehearses one exercise on the engine at `machine`, which must be empty.

    `only`: rehearse only the solutions with these names. `shard`: rehearse only the k-th of n parts. `on_run` is
    called with each result.
    """
    suite = read_suite(exercise)
    everything = read_solutions(suite, solutions)
    number, shards = shard
    chosen = _select(everything, only)[number - 1 :: shards]
    rehearsal = Rehearsal(suite)
    engine = RehearsalEngine(engine_address(machine, os.environ))

    def add(one: SolutionRun) -> None:
        rehearsal.runs.append(one)
        on_run(one)

    try:
        if not only:
            add(_grade_untouched_engine(suite, machine))
            add(_grade_unreachable_engine(suite))
        for time in range(repeat):
            for solution in chosen:
                suffix = f" ({time + 1})" if repeat > 1 else ""
                add(_rehearse_solution(suite, solution, machine, engine, suffix))
    finally:
        engine.empty()
        engine.close()
    if not only and solutions is None:
        rehearsal.faults += [*_uncovered_checks(suite, everything), *find_revealing_hints(suite, everything)]
    return rehearsal


def _select(solutions: list[Solution], only: Collection[str]) -> list[Solution]:
    names = [one.name for one in solutions]
    for name in only:
        if name not in names:
            if near := difflib.get_close_matches(name, names, n=1):
                raise ExerciseError("rehearsal.unknown-near", given=repr(name), near=near[0])
            raise ExerciseError("rehearsal.unknown", given=repr(name), known=", ".join(names))
    return [one for one in solutions if not only or one.name in only]


def _rehearse_solution(
    suite: Suite, solution: Solution, machine: MachineUrl, engine: RehearsalEngine, suffix: str
) -> SolutionRun:
    with engine.bring_up(solution, suite) as brought_up:
        scorecard = _grade(suite, machine, solution.ports)
        faults = find_differences(solution, scorecard)
        if solution.is_reference and brought_up.exit_code != 0:
            faults.append(GraderError("rehearsed.up-code", code=brought_up.exit_code))
        if faults and brought_up.exit_code != 0:  # otherwise what a build printed would hide the rest
            faults += [GraderError("rehearsed.up-line", line=line) for line in brought_up.last_lines if line.strip()]
    return SolutionRun(solution.name + suffix, scorecard, faults)


def _grade(suite: Suite, machine: MachineUrl, ports: PortRange | None) -> Scorecard:
    transport = open_transport(machine)
    try:
        return run_checks(suite, Machine(transport, suite.spec, ports=ports, disposable=True))
    finally:
        transport.close()


def _grade_untouched_engine(suite: Suite, machine: MachineUrl) -> SolutionRun:
    scorecard = _grade(suite, machine, None)
    faults = [GraderError("rehearsed.points-for-nothing", check=row.spec.name) for row in scorecard if row.points]
    return SolutionRun(UNTOUCHED, scorecard, faults)


def _grade_unreachable_engine(suite: Suite) -> SolutionRun:
    scorecard = run_checks(suite, MachineUnreachable("engine-absent", where="unix:///nowhere"))
    faults = [
        GraderError("rehearsed.not-an-error", check=row.spec.name, verdict=row.outcome.verdict)
        for row in scorecard
        if row.outcome.verdict != "error"
    ]
    if compute_mark(scorecard).value is not None:
        faults.append(GraderError("rehearsed.mark-of-no-machine"))
    return SolutionRun(UNREACHABLE, scorecard, faults)


def _uncovered_checks(suite: Suite, solutions: list[Solution]) -> list[GraderError]:
    failed = {name for solution in solutions for name in solution.expected.failed}
    missing = [spec.name for spec in suite.check_specs if spec.name not in failed]
    faults = [GraderError("rehearsed.never-failed", check=name) for name in missing]
    if not any(solution.is_reference for solution in solutions):
        faults.append(GraderError("rehearsed.no-reference"))
    return faults
