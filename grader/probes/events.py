"""What happened to a container. Source: `GET /events`; Docker remembers its last 256, of all containers together."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from grader.probes.engine_json import Int64, decode_lines
from grader.probes.numbers import whole_number

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.container_json import ContainerFact

__all__ = ["Happening", "happenings_on", "until"]


@dataclass(frozen=True)
class Happening:
    """One thing that happened to a container, as its engine remembers it."""

    action: str
    """Such as `create`, `attach`, `start`, `die`."""
    at: float
    """Seconds since 1970, by the machine's clock."""
    exit_code: int | None
    """Of an end, and of that of a `docker exec`."""

    @property
    def is_an_end(self) -> bool:
        """True where the container stopped, in whatever way: Docker says `die`, Podman `died`."""
        return self.action in {"die", "died"}


class _RawActor(msgspec.Struct):
    Attributes: dict[str, str] | None = None


class _RawEvent(msgspec.Struct):
    Action: str = ""
    Actor: _RawActor | None = None
    time: Int64 = 0
    nanoseconds: Int64 = msgspec.field(default=0, name="timeNano")


def happenings_on(machine: Machine, container: ContainerFact) -> tuple[Happening, ...]:
    """All that the engine remembers of the container until it was looked at, the oldest first."""
    filters = json.dumps({"container": [container.id], "type": ["container"]})
    answer = machine.engine("/events", since="0", filters=filters, **until(machine, container.seen_at))
    if answer.status != 200:
        return ()
    raw = decode_lines(answer, _RawEvent, "docker events")
    return tuple(Happening(one.Action, one.nanoseconds / 1e9 or float(one.time), _exit_code(one)) for one in raw)


def until(machine: Machine, at: float) -> dict[str, str]:
    """What ends `GET /events` behind all that had happened at `at`, the engine's date of an answer, in seconds."""
    # Without an end Docker goes on telling for ever; Podman cuts short what it remembers where the end is past.
    # A date has whole seconds: what happened just before it may be past it.
    return {"stream": "false"} if machine.is_podman else {"until": f"{at + 1:.0f}"}


def _exit_code(event: _RawEvent) -> int | None:
    # Podman writes `containerExitCode`.
    told = (event.Actor.Attributes or {} if event.Actor else {}).items()
    codes = {name: code for name, code in told if name in {"exitCode", "containerExitCode"}}
    return whole_number(next(iter(codes.values()), ""))
