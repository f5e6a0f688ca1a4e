"""Where a swarm service is reached: the routing mesh, a port of each task, or a container in front of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.checks.failure import CheckFailed
from grader.checks.http.load_balancer import diagnose_no_backend
from grader.checks.http.sites import diagnose_not_listening
from grader.errors import ProbeFailed
from grader.machine.question import NoAnswer
from grader.probes.http.request_tracking import RequestTracker
from grader.probes.http.sites import get_page_again
from grader.probes.mounts.machine_files import is_missing

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.find import ContainerFact

_PADDING: Final = 4000
"""Length of a request that is recognised by its bytes: below the 8 KiB that servers accept, above other traffic."""
_REQUESTS_PER_TASK: Final = 4
"""Padded requests per task: enough to tell them from the health checks of the proxy."""
_LOG_DELAYS_S: Final = (0.0, 0.1, 0.3)
_IPVS_FOLDER: Final = "/proc/sys/net/ipv4/vs"
"""Exists if the kernel has IPVS, which a swarm uses to spread requests over its tasks."""


@dataclass(frozen=True)
class EntryPoint:
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


def require_task_answer(machine: Machine, entry_point: EntryPoint) -> None:
    """Raises `CheckFailed` unless a task answers there; `ProbeFailed` if the machine is at fault, not the student."""
    mark = f".grader-{machine.nonce('task')}"
    visits = RequestTracker.start(machine, entry_point.tasks, mark, at_least=_PADDING)
    answer = get_page_again(machine, entry_point.port, f"/{mark}", host=entry_point.host_ip)
    if isinstance(answer, NoAnswer):
        raise _diagnose_no_answer(machine, entry_point, answer)
    if answer.status >= 500:
        if entry_point.proxy:
            raise diagnose_no_backend(machine, entry_point.proxy, entry_point.tasks, answer.status)
        raise CheckFailed("site-error", port=entry_point.port, status=answer.status)
    for _ in machine.attempts(_LOG_DELAYS_S):
        if any(visits.has_reached(task) for task in entry_point.tasks):
            return
    visits = visits.with_background_rate()
    for _ in range(
        _REQUESTS_PER_TASK * len(entry_point.tasks)
    ):  # tasks that log nothing are recognised by the bytes that they receive
        get_page_again(machine, entry_point.port, f"/{mark}-{'x' * _PADDING}", host=entry_point.host_ip)
    if any(visits.has_reached(task) for task in entry_point.tasks):
        return
    if entry_point.proxy:
        raise CheckFailed("lb-answers-by-itself", name=entry_point.proxy.name, reached=0, wanted=len(entry_point.tasks))
    server = answer.headers.get("server", "?")
    raise CheckFailed("someone-else-answers", name=entry_point.tasks[0].name, port=entry_point.port, server=server)


def _diagnose_no_answer(machine: Machine, entry_point: EntryPoint, no_answer: NoAnswer) -> Exception:
    """Why a port gives no usable answer: a program inside, or a kernel that lacks IPVS."""
    listening = (entry_point.proxy,) if entry_point.proxy else entry_point.tasks
    if no_answer.reason == "not-http":
        return CheckFailed("site-not-http", port=entry_point.port, name=listening[0].name)
    for fact in listening:
        failure = diagnose_not_listening(machine, fact, entry_point.container_port)
        if failure:
            return failure
    if not entry_point.is_routing_mesh:
        return CheckFailed("site-silent", name=listening[0].name, port=entry_point.port, why=no_answer.reason)
    lacks_ipvs = is_missing(machine, _IPVS_FOLDER, is_folder=True)
    # The tasks listen where they should: if requests do not reach them, the machine is at fault, not the student.
    return ProbeFailed("no-mesh", port=str(entry_point.port), detail="no IPVS" if lacks_ipvs else no_answer.reason)
