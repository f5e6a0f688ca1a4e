"""Whether a container was started in the foreground, with a terminal attached to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.probes.containers.events import ContainerEvent, list_events

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact

_ATTACH_DELAY_S: Final = 2.0
"""`podman run` attaches just after the start, `docker run` just before it. Anything later is `docker attach`."""


def was_attached(machine: Machine, fact: ContainerFact) -> bool | None:
    """Whether a terminal was attached when the container was last started; `None` if that cannot be known.

    Containers of `docker create` and of Compose look attached in their configuration, and Podman does not record it
    there: then the engine's events decide.
    """
    if not fact.attached and not machine.is_podman:
        return False
    events = list_events(machine, fact)
    starts = [place for place, event in enumerate(events) if event.action == "start"]
    if not starts:
        return None if machine.is_podman else fact.attached and not fact.is_of_compose
    return _attached_at(events, starts[-1])


def _attached_at(events: tuple[ContainerEvent, ...], start: int) -> bool:
    """Whether a terminal was attached between the last end of the container and just after its start."""
    began = events[start].at
    for event in reversed(events[:start]):
        if event.action == "attach":
            return True
        if event.action == "die":
            break
    return any(event.action == "attach" and event.at - began <= _ATTACH_DELAY_S for event in events[start:])
