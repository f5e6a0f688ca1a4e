"""Tasks of a service: one per container, present or past. Source: `GET /tasks`, which only a manager answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from grader.errors import ProbeFailed
from grader.probes.engine_json import Int64, decode
from grader.probes.swarm.ports import RawServiceEndpoint, ServicePort, parse_service_ports
from grader.probes.values import parse_timestamp
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.machine.question import Answer
    from grader.probes.swarm.services import ServiceFact

_STARTING_STATES = {"new", "allocated", "pending", "assigned", "accepted", "preparing", "ready", "starting"}


@dataclass(frozen=True)
class TaskFact:
    """One task of a service, present or past."""

    id: str
    slot: int
    state: str
    """`running`, or a step before or after: `pending`, `preparing`, `failed`, `rejected`, `shutdown`, …"""
    desired_state: str
    """The state that the swarm wants: `running`, or `shutdown` for a task that was replaced."""
    error: str
    message: str
    since_s: float
    """Seconds in that state, by the machine's own clock."""
    container_id: str
    """Empty until it has a container."""
    ports: tuple[ServicePort, ...]
    """Its own ports, published in `host` mode."""

    @property
    def is_running(self) -> bool:
        return self.state == "running" == self.desired_state

    @property
    def is_starting(self) -> bool:
        """True if it is on its way to running without an error, or waits for its restart."""
        return self.desired_state in {"running", "ready"} and self.state in _STARTING_STATES and not self.error

    @property
    def is_waiting(self) -> bool:
        """True if it reports what it waits for. `ready` is desired while the task before it is being stopped."""
        return self.desired_state in {"running", "ready"} and self.state in _STARTING_STATES and bool(self.error)

    @property
    def has_failed(self) -> bool:
        return self.state in {"failed", "rejected"}


class _RawContainerStatus(msgspec.Struct, rename="pascal"):
    container_id: str = msgspec.field(default="", name="ContainerID")


class _RawStatus(msgspec.Struct, rename="pascal"):
    state: str = ""
    timestamp: str = ""
    err: str = ""
    message: str = ""
    container_status: _RawContainerStatus | None = None
    port_status: RawServiceEndpoint | None = None


class _RawTask(msgspec.Struct, rename="pascal"):
    status: _RawStatus
    id: str = msgspec.field(name="ID")
    slot: Int64 = 0
    desired_state: str = ""


def list_tasks(machine: Machine, service: ServiceFact) -> tuple[TaskFact, ...]:
    """Its tasks, with the few past ones that a swarm keeps."""
    return parse_tasks(machine.engine("/tasks", filters=json.dumps({"service": [service.id]})))


def parse_tasks(answer: Answer) -> tuple[TaskFact, ...]:
    """In the order of their slots, the newest first. Raises `ProbeFailed` if the engine does not send its time."""
    if answer.at is None:
        raise ProbeFailed("no-clock")
    at = answer.at
    tasks = [_task(raw, at) for raw in decode(answer, list[_RawTask], "GET /tasks")]
    return tuple(sorted(tasks, key=lambda one: (one.slot, one.since_s)))


def _task(raw: _RawTask, at: float) -> TaskFact:
    status = raw.status
    since = parse_timestamp(status.timestamp)
    return TaskFact(
        id=raw.id,
        slot=raw.slot,
        state=status.state,
        desired_state=raw.desired_state,
        error=escape_control_characters(status.err),
        message=escape_control_characters(status.message),
        since_s=max(0.0, at - since) if since is not None else 0.0,
        container_id=status.container_status.container_id if status.container_status else "",
        ports=parse_service_ports(status.port_status),
    )
