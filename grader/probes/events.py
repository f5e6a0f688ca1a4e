"""What happened to a container. Source: `GET /events`; an engine remembers its last 256."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from grader.errors import ProbeFailed
from grader.machine.decoding import Garbled, decoded
from grader.machine.text import visible

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.container_json import ContainerFact

__all__ = ["actions_on"]


class _RawEvent(msgspec.Struct):
    Action: str = ""


def actions_on(machine: Machine, container: ContainerFact, until: float) -> tuple[str, ...]:
    """The container's remembered actions up to `until` (seconds since 1970), the oldest first: such as `start`."""
    filters = json.dumps({"container": [container.id], "type": ["container"]})
    answer = machine.engine("/events", since="0", until=f"{until:.0f}", filters=filters)
    if answer.status != 200:
        return ()
    try:
        return tuple(decoded(line, _RawEvent).Action for line in answer.body.splitlines() if line)
    except Garbled as error:
        raise ProbeFailed("answer-garbled", asked="docker events", detail=visible(str(error), 120)) from error
