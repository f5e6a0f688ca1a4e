"""How long each machine took, and which students share one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.reports.result import ResultFile, TestedMachine

_WEEK_S = 7 * 24 * 3600.0
"""A limit for result files that the grader did not write."""


@dataclass(frozen=True)
class MachineUse:
    machine: TestedMachine
    who: tuple[int, ...]
    """Positions of its students in the class."""
    seconds: float
    """The time to grade all of them."""


def machine_uses(results: Sequence[ResultFile]) -> tuple[MachineUse, ...]:
    """The slowest first. Machines are identified by the engine's id: many URLs are `local`."""
    rows: dict[str, list[int]] = {}
    for row, result in enumerate(results):
        rows.setdefault(result.machine.id or f"row {row}", []).append(row)
    machines = [
        MachineUse(
            results[who[0]].machine, tuple(who), sum(min(max(0.0, results[row].duration_s), _WEEK_S) for row in who)
        )
        for who in rows.values()
    ]
    return tuple(sorted(machines, key=lambda machine: -machine.seconds))


def shared_machines(machines: Sequence[MachineUse], results: Sequence[ResultFile]) -> tuple[MachineUse, ...]:
    """The machines on which several students were graded who are not one team."""
    return tuple(machine for machine in machines if len({_team(results[row]) for row in machine.who}) > 1)


def _team(result: ResultFile) -> frozenset[str]:
    return frozenset({result.student.id, *result.team})
