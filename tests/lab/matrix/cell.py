"""`python -m tests.lab.matrix.cell tp2 reference port-reversed`: grades solutions of an exercise on `docker`'s engine.

Prints one line of JSON per solution.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import msgspec

from grader.commands.rehearse.engine import RehearsalEngine
from grader.commands.rehearse.solution import find_differences, read_solutions
from grader.errors import MachineUnreachable
from grader.grading.checks_loop import run_checks
from grader.machine.machine import Machine
from grader.machine.transport.connect import open_transport
from grader.machine.transport.engine_address import engine_address
from grader.roster.machine_url import parse_machine_url
from grader.scoring.mark import compute_mark
from grader.scoring.suite import read_suite
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.commands.rehearse.solution import Solution
    from grader.scoring.scorecard import Scorecard
    from grader.scoring.suite import Suite


class Cell(msgspec.Struct, frozen=True):
    """One solution on one engine."""

    exercise: str
    solution: str
    engine: str
    """Name and version."""
    mark: float | None
    not_tried_points: int
    """Points of checks that could not look."""
    hidden: dict[str, str]
    """The codes of the checks that are errors or skipped."""
    differences: list[str]
    """Every other difference from the expected verdicts, one sentence each."""
    output: list[str]
    """The last lines that a script printed that ended with an error."""

    @property
    def is_right(self) -> bool:
        """Whether no check judged otherwise than the solution deserves."""
        return not self.differences


def main(exercise: str, names: Sequence[str]) -> int:
    suite = read_suite(ROOT / "exercises" / exercise)
    stage = RehearsalEngine(engine_address(parse_machine_url("local"), os.environ))
    try:
        for solution in read_solutions(suite):
            if solution.name in names:
                with stage.bring_up(solution, suite) as output:
                    cell = _graded(suite, solution, output.last_lines if output.exit_code else [])
                sys.stdout.write(f"{msgspec.json.encode(cell).decode()}\n")
                sys.stdout.flush()
    finally:
        stage.empty()
        stage.close()
    return 0


def _graded(suite: Suite, solution: Solution, output: list[str]) -> Cell:
    try:
        link = open_transport(parse_machine_url("local"))
    except MachineUnreachable as error:
        return _cell(suite, solution, run_checks(suite, error), "", output)
    try:
        machine = Machine(link, suite.spec, ports=solution.ports, disposable=True)
        return _cell(suite, solution, run_checks(suite, machine), str(link.version()), output)
    finally:
        link.close()


def _cell(suite: Suite, solution: Solution, scorecard: Scorecard, engine: str, output: list[str]) -> Cell:
    mark = compute_mark(scorecard)
    hidden = {row.spec.name: row.outcome.code for row in scorecard if row.outcome.verdict in {"error", "skipped"}}
    lines = map(str, find_differences(solution, scorecard))
    differences = [line for line in lines if line.partition(":")[0] not in hidden]
    return Cell(
        exercise=suite.id,
        solution=solution.name,
        engine=engine,
        mark=mark.value,
        not_tried_points=mark.not_tried_points,
        hidden=hidden,
        differences=differences,
        output=output,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
