"""Whether a container was started more than once, and when its previous run ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.machine.question import EngineQuestion, NoAnswer
from grader.probes.events import happenings_on
from grader.probes.moments import moment

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.container_json import ContainerFact

__all__ = ["earlier_output", "earlier_run_ended"]

_BEFORE_S: Final = 2.0
"""A container's first output can have an earlier time than its start in the engine's records."""
_TAIL: Final = "200"


def earlier_run_ended(machine: Machine, container: ContainerFact) -> float | None:
    """When the previous run ended, in seconds since 1970; `None` if there was none.

    The engine's events come first. It forgets them after 256 events or when it restarts; then the container's own dates
    and its log decide.
    """
    happened = happenings_on(machine, container)
    starts = [one.at for one in happened if one.action == "start"]
    if len(starts) > 1:
        return max((one.at for one in happened if one.is_an_end and one.at < starts[-1]), default=starts[-1])
    if any(one.action == "create" for one in happened):
        return None  # all its events are remembered
    started, stopped = moment(container.started_at), moment(container.stopped_at)
    if started is None:
        return None
    if stopped is not None and stopped < started:
        return stopped
    return started - _BEFORE_S if earlier_output(machine, container, started - _BEFORE_S) else None


def earlier_output(machine: Machine, container: ContainerFact, before: float) -> bytes:
    """The last output before that time; empty if the engine keeps no readable log."""
    query = (("stderr", "1"), ("stdout", "1"), ("tail", _TAIL), ("until", f"{before:.6f}"))
    answer = machine.ask(EngineQuestion(f"/containers/{container.id}/logs", query))
    return b"" if isinstance(answer, NoAnswer) or answer.status != 200 else answer.body
