"""Whose machine took how long, and which names stand on one machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.reports.results import ResultFile, TestedMachine

__all__ = ["Machine", "machines_of", "shared_of"]


_WEEK_S = 7 * 24 * 3600.0
"""Nothing takes longer; a results file that the grader did not write may say so all the same."""


@dataclass(frozen=True)
class Machine:
    machine: TestedMachine
    who: tuple[int, ...]
    """Positions of its students in the class."""
    seconds: float
    """What grading all of them took."""


def machines_of(results: Sequence[ResultFile]) -> tuple[Machine, ...]:
    """The slowest first. Only the engine's own id tells that two are one: many URLs are `local`."""
    rows: dict[str, list[int]] = {}
    for row, result in enumerate(results):
        rows.setdefault(result.machine.id or f"row {row}", []).append(row)
    machines = [
        Machine(
            results[who[0]].machine, tuple(who), sum(min(max(0.0, results[row].duration_s), _WEEK_S) for row in who)
        )
        for who in rows.values()
    ]
    return tuple(sorted(machines, key=lambda machine: -machine.seconds))


def shared_of(machines: Sequence[Machine], results: Sequence[ResultFile]) -> tuple[Machine, ...]:
    """The machines on which more than one student was graded: shown to the teacher, who knows why."""
    return tuple(machine for machine in machines if len({results[row].student.id for row in machine.who}) > 1)
