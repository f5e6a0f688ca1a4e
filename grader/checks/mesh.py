"""Whether what a swarm publishes answers: the swarm's own door to all tasks, or a door of each task by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.checks.mistake import Mistake
from grader.checks.sites import deafness
from grader.errors import ProbeFailed
from grader.machine.question import FileQuestion, HttpQuestion, NoAnswer
from grader.probes.containers import inspect_container
from grader.probes.visits import Visits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.machine.machine import Machine, Service
    from grader.probes.containers import ContainerFact
    from grader.probes.swarm_ports import ServicePort
    from grader.probes.swarm_tasks import TaskFact

__all__ = ["answers"]

_LONG: Final = 4000
"""Characters of a request that is found by its bytes: under the 8 KiB that servers take, above what else goes by."""
_LOG_PAUSES_S: Final = (0.0, 0.1, 0.3)
_IPVS: Final = "/proc/sys/net/ipv4/vs"
"""There where the kernel has IPVS, with which a swarm spreads requests over its tasks."""


def answers(service: Service, port: ServicePort, tasks: Sequence[TaskFact]) -> None:
    """Raises `Mistake` unless containers of the service answer, `ProbeFailed` where that is not the service's fault."""
    machine = service.machine
    here = [(task, inspect_container(machine, task.container_id)) for task in tasks]
    facts = [(task, fact) for task, fact in here if fact]
    if not facts:
        raise ProbeFailed("task-elsewhere", service=service.name)
    if port.mode == "ingress":
        _answers(machine, service.port, [fact for _, fact in facts], port)
        return
    for task, fact in facts:
        own = next((one for one in task.ports if one.inside == port.inside and one.published), None)
        _answers(machine, own.published if own and own.published else service.port, [fact], port)


def _answers(machine: Machine, at: int, behind: list[ContainerFact], port: ServicePort) -> None:
    """Somebody of `behind` answers on port `at` of the machine."""
    mark = f".grader-{machine.nonce('task')}"
    visits = Visits.of(machine, behind, mark, at_least=_LONG)
    answer = machine.ask_again(HttpQuestion(at, f"/{mark}"))
    if isinstance(answer, NoAnswer):
        raise _silence(machine, at, behind, port, answer)
    if answer.status >= 500:
        raise Mistake("site-error", port=at, status=answer.status)
    for pause_s in _LOG_PAUSES_S:
        if pause_s:
            machine.wait(pause_s)
        if any(visits.seen_in(fact) for fact in behind):
            return
    for _ in behind:  # those that log nothing are known by what they receive
        machine.ask_again(HttpQuestion(at, f"/{mark}-{'x' * _LONG}"))
    if not any(visits.seen_in(fact) for fact in behind):
        raise Mistake("someone-else-answers", name=behind[0].name, port=at, server=answer.headers.get("server", "?"))


def _silence(machine: Machine, at: int, behind: list[ContainerFact], port: ServicePort, why: NoAnswer) -> Exception:
    """What is behind a port that gives no usable answer: the program in the tasks, or a kernel that lacks IPVS."""
    if why.reason == "not-http":
        return Mistake("site-not-http", port=at, name=behind[0].name)
    for fact in behind:
        mistake = deafness(machine, fact, port.inside, at)
        if mistake:
            return mistake
    if port.mode == "host":
        return Mistake("site-silent", name=behind[0].name, port=at, why=why.reason)
    kernel = machine.ask(FileQuestion("list", _IPVS))
    lacks_ipvs = not isinstance(kernel, NoAnswer) and kernel.status == 404
    # The tasks hear on their port: what does not carry the request there is the machine's, not the student's.
    return ProbeFailed("no-mesh", port=str(at), detail="no IPVS" if lacks_ipvs else why.reason)
