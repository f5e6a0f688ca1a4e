"""Whether a container was started more than once, and when its previous run ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.machine.question import EngineQuestion, NoAnswer
from grader.probes.containers.events import list_events
from grader.probes.values import parse_timestamp

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact

_OUTPUT_MARGIN_S: Final = 2.0
"""A container's first output can have an earlier time than its start in the engine's records."""
_TAIL: Final = "200"


def previous_run_end(machine: Machine, container: ContainerFact) -> float | None:
    """When the previous run ended, in seconds since 1970; `None` if there was none.

    The engine's events come first. It forgets them after 256 events or when it restarts; then the container's own dates
    and its log decide.
    """
    happened = list_events(machine, container)
    starts = [one.at for one in happened if one.action == "start"]
    if len(starts) > 1:
        return max((one.at for one in happened if one.is_end and one.at < starts[-1]), default=starts[-1])
    if any(one.action == "create" for one in happened):
        return None  # all its events are remembered
    started, stopped = parse_timestamp(container.started_at), parse_timestamp(container.finished_at)
    if started is None:
        return None
    if stopped is not None and stopped < started:
        return stopped
    return started - _OUTPUT_MARGIN_S if previous_output(machine, container, started - _OUTPUT_MARGIN_S) else None


def previous_output(machine: Machine, container: ContainerFact, before: float) -> bytes:
    """The last output before that time; empty if the engine keeps no readable log."""
    query = (("stderr", "1"), ("stdout", "1"), ("tail", _TAIL), ("until", f"{before:.6f}"))
    answer = machine.ask(EngineQuestion(f"/containers/{container.id}/logs", query))
    return b"" if isinstance(answer, NoAnswer) or answer.status != 200 else answer.body
