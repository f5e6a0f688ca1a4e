"""Events of a container. Source: `GET /events`. Docker remembers the last 256 of all containers together."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from grader.probes.engine_json import Int64, decode_lines
from grader.probes.values import parse_number

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact


@dataclass(frozen=True)
class ContainerEvent:
    """One event of a container."""

    action: str
    """Such as `create`, `attach`, `start`, `die`."""
    at: float
    """Seconds since 1970, by the machine's clock."""
    exit_code: int | None
    """For the end of the container or of a `docker exec`."""

    @property
    def is_end(self) -> bool:
        """True if the container stopped, in any way: `die` for Docker, `died` for Podman."""
        return self.action in {"die", "died"}


class _RawActor(msgspec.Struct):
    Attributes: dict[str, str] | None = None


class _RawEvent(msgspec.Struct):
    Action: str = ""
    Actor: _RawActor | None = None
    time: Int64 = 0
    nanoseconds: Int64 = msgspec.field(default=0, name="timeNano")


def list_events(machine: Machine, container: ContainerFact) -> tuple[ContainerEvent, ...]:
    """All events of the container until it was inspected, the oldest first, as far as the engine remembers them."""
    filters = json.dumps({"container": [container.id], "type": ["container"]})
    answer = machine.engine("/events", since="0", filters=filters, **until_query(machine, container.inspected_at))
    if answer.status != 200:
        return ()
    raw = decode_lines(answer, _RawEvent, "docker events")
    return tuple(ContainerEvent(one.Action, one.nanoseconds / 1e9 or float(one.time), _exit_code(one)) for one in raw)


def until_query(machine: Machine, at: float) -> dict[str, str]:
    """The query that ends `GET /events` after `at`, the date of an answer of the engine, in seconds."""
    # Without an end Docker streams forever. With one, Podman cuts off events that it still remembers.
    # Dates have whole seconds: an event just before the date may have a later time.
    return {"stream": "false"} if machine.is_podman else {"until": f"{at + 1:.0f}"}


def _exit_code(event: _RawEvent) -> int | None:
    # Podman writes `containerExitCode`.
    attributes = (event.Actor.Attributes or {} if event.Actor else {}).items()
    codes = {name: code for name, code in attributes if name in {"exitCode", "containerExitCode"}}
    return parse_number(next(iter(codes.values()), ""))
