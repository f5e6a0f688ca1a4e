"""How a service of a swarm is reached: by the swarm's own door, by one of each task, or by a container before it."""

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
"""Characters of a request that is found by its bytes: under the 8 KiB that servers take, above what else goes by."""
_EACH: Final = 4
"""Of these, requests a task: they must be told from the health checks of the door."""
_LOG_PAUSES_S: Final = (0.0, 0.1, 0.3)
_IPVS: Final = "/proc/sys/net/ipv4/vs"
"""There where the kernel has IPVS, with which a swarm spreads requests over its tasks."""


@dataclass(frozen=True)
class Door:
    port: int
    """The machine's."""
    inside: int
    """Where what is behind must listen."""
    tasks: tuple[ContainerFact, ...]
    """Containers of the service: one of them must receive what is asked here."""
    keeper: ContainerFact | None = None
    """The container that passes on what it is asked; `None` where the service publishes by itself."""
    host: str = ""
    """The address that it is published on; empty for every one."""
    is_mesh: bool = False
    """True where it is the swarm that passes on."""


def answers(machine: Machine, door: Door) -> None:
    """Raises `Mistake` unless a task answers there, `ProbeFailed` where what is in the way is not the student's."""
    mark = f".grader-{machine.nonce('task')}"
    visits = Visits.of(machine, door.tasks, mark, at_least=_LONG)
    answer = get_page_again(machine, door.port, f"/{mark}", host=door.host)
    if isinstance(answer, NoAnswer):
        raise _silence(machine, door, answer)
    if answer.status >= 500:
        if door.keeper:
            raise nobody_behind(machine, door.keeper, door.tasks, answer.status)
        raise Mistake("site-error", port=door.port, status=answer.status)
    for _ in machine.attempts(_LOG_PAUSES_S):
        if any(visits.seen_in(task) for task in door.tasks):
            return
    visits = visits.after_a_calm()
    for _ in range(_EACH * len(door.tasks)):  # those that log nothing are known by what they receive
        get_page_again(machine, door.port, f"/{mark}-{'x' * _LONG}", host=door.host)
    if any(visits.seen_in(task) for task in door.tasks):
        return
    if door.keeper:
        raise Mistake("lb-answers-by-itself", name=door.keeper.name, reached=0, wanted=len(door.tasks))
    server = answer.headers.get("server", "?")
    raise Mistake("someone-else-answers", name=door.tasks[0].name, port=door.port, server=server)


def _silence(machine: Machine, door: Door, why: NoAnswer) -> Exception:
    """What is behind a port that gives no usable answer: a program inside, or a kernel that lacks IPVS."""
    listening = (door.keeper,) if door.keeper else door.tasks
    if why.reason == "not-http":
        return Mistake("site-not-http", port=door.port, name=listening[0].name)
    for fact in listening:
        deaf = deafness(machine, fact, door.inside)
        if deaf:
            return deaf
    if not door.is_mesh:
        return Mistake("site-silent", name=listening[0].name, port=door.port, why=why.reason)
    lacks_ipvs = is_missing(machine, _IPVS, is_folder=True)
    # The tasks listen where they should: what does not carry a request to them is the machine's, not the student's.
    return ProbeFailed("no-mesh", port=str(door.port), detail="no IPVS" if lacks_ipvs else why.reason)
