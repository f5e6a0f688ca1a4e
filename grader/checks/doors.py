"""Where a swarm service is reached: the routing mesh, a port of each task, or a container in front of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.checks.balancing import nobody_behind
from grader.checks.mistake import Mistake
from grader.checks.sites import deafness
from grader.errors import ProbeFailed
from grader.machine.question import NoAnswer
from grader.probes.machine_files import is_missing
from grader.probes.sites import get_page_again
from grader.probes.visits import Visits

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers import ContainerFact

__all__ = ["Door", "answers"]

_LONG: Final = 4000
"""Length of a request that is recognised by its bytes: below the 8 KiB that servers accept, above other traffic."""
_EACH: Final = 4
"""Padded requests per task: enough to tell them from the health checks of the proxy."""
_LOG_PAUSES_S: Final = (0.0, 0.1, 0.3)
_IPVS: Final = "/proc/sys/net/ipv4/vs"
"""Exists if the kernel has IPVS, which a swarm uses to spread requests over its tasks."""


@dataclass(frozen=True)
class Door:
    port: int
    """On the machine."""
    container_port: int
    """The port on which the tasks, or the proxy, must listen."""
    tasks: tuple[ContainerFact, ...]
    """Containers of the service: one of them must receive the requests."""
    proxy: ContainerFact | None = None
    """The container that forwards the requests; `None` if the service itself is published."""
    host_ip: str = ""
    """The address that it is published on; empty for all addresses."""
    is_routing_mesh: bool = False
    """True if the swarm forwards the requests."""


def answers(machine: Machine, door: Door) -> None:
    """Raises `Mistake` unless a task answers there; `ProbeFailed` if the machine is at fault, not the student."""
    mark = f".grader-{machine.nonce('task')}"
    visits = Visits.of(machine, door.tasks, mark, at_least=_LONG)
    answer = get_page_again(machine, door.port, f"/{mark}", host=door.host_ip)
    if isinstance(answer, NoAnswer):
        raise _silence(machine, door, answer)
    if answer.status >= 500:
        if door.proxy:
            raise nobody_behind(machine, door.proxy, door.tasks, answer.status)
        raise Mistake("site-error", port=door.port, status=answer.status)
    for _ in machine.attempts(_LOG_PAUSES_S):
        if any(visits.seen_in(task) for task in door.tasks):
            return
    visits = visits.after_a_calm()
    for _ in range(_EACH * len(door.tasks)):  # tasks that log nothing are recognised by the bytes that they receive
        get_page_again(machine, door.port, f"/{mark}-{'x' * _LONG}", host=door.host_ip)
    if any(visits.seen_in(task) for task in door.tasks):
        return
    if door.proxy:
        raise Mistake("lb-answers-by-itself", name=door.proxy.name, reached=0, wanted=len(door.tasks))
    server = answer.headers.get("server", "?")
    raise Mistake("someone-else-answers", name=door.tasks[0].name, port=door.port, server=server)


def _silence(machine: Machine, door: Door, why: NoAnswer) -> Exception:
    """Why a port gives no usable answer: a program inside, or a kernel that lacks IPVS."""
    listening = (door.proxy,) if door.proxy else door.tasks
    if why.reason == "not-http":
        return Mistake("site-not-http", port=door.port, name=listening[0].name)
    for fact in listening:
        failure = deafness(machine, fact, door.container_port)
        if failure:
            return failure
    if not door.is_routing_mesh:
        return Mistake("site-silent", name=listening[0].name, port=door.port, why=why.reason)
    lacks_ipvs = is_missing(machine, _IPVS, is_folder=True)
    # The tasks listen where they should: if requests do not reach them, the machine is at fault, not the student.
    return ProbeFailed("no-mesh", port=str(door.port), detail="no IPVS" if lacks_ipvs else why.reason)
