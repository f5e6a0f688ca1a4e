"""How the last run of a container ended. Source: its events and, where the engine has forgotten them, its state."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final, Literal

from grader.errors import ProbeFailed
from grader.probes.containers.events import ContainerEvent, list_events

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact

Ending = Literal["itself", "stopped", "signalled", "unknown"]
"""`stopped`: by `docker stop` or Compose. `signalled`: by a signal from outside, `docker kill` or Ctrl-C without a
terminal. `itself`: its process 1 ended, or the kernel killed it. `unknown`: the engine does not know any more."""
_KILLED_CODES: Final = {137, 143}
"""128 and the number of SIGKILL or SIGTERM."""
_AMBIGUOUS_CODES: Final = {0, 129, 130, 131, 255}
"""Codes of a program that ended by itself, but also of one that was asked to, or whose engine or machine went down."""
_LONGEST_END_S: Final = 12.0
"""A program may take its time after a signal: `docker stop` gives it ten seconds."""
_RESTARTED_BY_ENGINE: Final = {"always", "unless-stopped"}


def read_ending(machine: Machine, container: ContainerFact) -> Ending:
    """How a container that no longer runs came to its end."""
    events: tuple[ContainerEvent, ...] = ()
    with suppress(ProbeFailed):  # an older recording without them
        events = list_events(machine, container)
    found = _ending_in(events)
    # Podman 4 reports not every `podman stop`, nor that memory ran out: that is likelier where it is limited.
    is_doubtful = machine.is_podman and container.exit_code in _KILLED_CODES and not container.memory_limit_mb
    return _ending_by_state(container) if found is None or (found == "itself" and is_doubtful) else found


def _ending_in(events: tuple[ContainerEvent, ...]) -> Ending | None:
    """How the last run ended; `None` if the engine has forgotten too much of it."""
    starts = [place for place, one in enumerate(events) if one.action == "start"]
    run = events[starts[-1] :] if starts else events
    ended_at = next((one.at for one in run if one.is_end), None)
    if ended_at is None:
        return None
    if any(one.action == "stop" for one in run):
        return "stopped"
    if any(one.is_deadly_signal and 0 <= ended_at - one.at <= _LONGEST_END_S for one in run):
        return "signalled"
    return "itself" if starts else None


def _ending_by_state(container: ContainerFact) -> Ending:
    if container.exit_code in _KILLED_CODES:
        return "itself" if container.out_of_memory else "stopped"
    if container.restart_policy in _RESTARTED_BY_ENGINE and container.state == "exited":
        return "stopped"  # otherwise the engine would have started it again
    return "unknown" if container.exit_code in _AMBIGUOUS_CODES else "itself"
