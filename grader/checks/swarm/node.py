"""What can be expected of a machine as a node of a swarm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader.checks.expectation import Expectation
from grader.checks.failure import CheckFailed
from grader.probes.swarm.node import read_swarm

if TYPE_CHECKING:
    from grader.machine.subjects import Swarm


class SwarmExpectation(Expectation):
    _subject: Swarm

    def to_be_managed_by_this_machine(self) -> None:
        """The machine is an active manager of a swarm: only managers can list services.

        Asks: the engine's information. Diagnoses: `swarm-inactive`, `swarm-locked`, `swarm-not-active`, `swarm-worker`.
        """
        fact = read_swarm(self._subject.machine)
        codes = {"inactive": "swarm-inactive", "locked": "swarm-locked", "active": "swarm-worker"}
        values: dict[str, Any] = {"state": fact.state, "detail": fact.error}
        if fact.state != "active" or not fact.is_manager:
            code = codes.get(fact.state, "swarm-not-active")
            raise CheckFailed(code, evidence=(fact.error,) if fact.error else (), **values)
