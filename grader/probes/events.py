"""What happened to a container. Source: `GET /events`; Docker remembers its last 256, of all containers together."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from grader.errors import ProbeFailed
from grader.machine.decoding import Garbled, decoded
from grader.machine.text import visible

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.container_json import ContainerFact

__all__ = ["EventFact", "events_of"]


@dataclass(frozen=True)
class EventFact:
    action: str
    """Such as `create`, `attach`, `start`, `die`."""
    at: float
    """By the machine's clock, in seconds since 1970."""


class _RawEvent(msgspec.Struct):
    Action: str = ""
    timeNano: int = 0  # noqa: N815 - the engine's name


def events_of(machine: Machine, container: ContainerFact) -> tuple[EventFact, ...]:
    """What is remembered of the container, the oldest first; empty where nothing is."""
    filters = json.dumps({"container": [container.id], "type": ["container"]})
    # Without an end Docker goes on telling for ever; Podman cuts short what it remembers where the end is past.
    end = {"stream": "false"} if machine.is_podman else {"until": f"{container.seen_at + 1:.0f}"}
    answer = machine.engine("/events", since="0", filters=filters, **end)
    if answer.status != 200:
        return ()
    try:
        raw = [decoded(line, _RawEvent) for line in answer.body.splitlines() if line]
    except Garbled as error:
        raise ProbeFailed("answer-garbled", asked="docker events", detail=visible(str(error), 120)) from error
    return tuple(EventFact(one.Action, one.timeNano / 1e9) for one in raw)
