"""Events of a container. Source: `GET /events`. Docker remembers the last 256 of all containers together."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from grader.probes.engine_json import Int64, decode_lines
from grader.probes.values import parse_number

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact


_HARMLESS_SIGNALS: Final = {17, 18, 23, 28}
"""SIGCHLD, SIGCONT, SIGURG and SIGWINCH: `docker run` in the foreground passes on what its terminal gets."""


@dataclass(frozen=True)
class ContainerEvent:
    """One event of a container."""

    action: str
    """Such as `create`, `attach`, `start`, `die`."""
    at: float
    """Seconds since 1970, by the machine's clock."""
    exit_code: int | None
    """For the end of the container or of a `docker exec`."""
    signal: int | None = None
    """For `kill`, which `docker stop` sends too; `None` if the engine does not say which."""

    @property
    def is_end(self) -> bool:
        """True if the container stopped, in any way: `die` for Docker, `died` for Podman."""
        return self.action in {"die", "died"}

    @property
    def is_deadly_signal(self) -> bool:
        """True for a signal that somebody sent to end the container."""
        return self.action == "kill" and self.signal not in _HARMLESS_SIGNALS


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
    return tuple(
        ContainerEvent(
            one.Action,
            one.nanoseconds / 1e9 or float(one.time),
            # Podman writes `containerExitCode`.
            _number_in(one, "exitCode", "containerExitCode"),
            _number_in(one, "signal"),
        )
        for one in raw
    )


def until_query(machine: Machine, at: float) -> dict[str, str]:
    """The query that ends `GET /events` after `at`, the date of an answer of the engine, in seconds."""
    # Without an end Docker streams forever. With one, Podman cuts off events that it still remembers.
    # Dates have whole seconds: an event just before the date may have a later time.
    return {"stream": "false"} if machine.is_podman else {"until": f"{at + 1:.0f}"}


def _number_in(event: _RawEvent, *names: str) -> int | None:
    """The number in the first of these attributes that the event has."""
    attributes = event.Actor.Attributes or {} if event.Actor else {}
    return parse_number(next((attributes[name] for name in names if name in attributes), ""))
