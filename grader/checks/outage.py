"""A container killed for a while: only where the machine is declared disposable."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from grader.machine.question import Answer, EngineQuestion
from grader.probes.engine_json import expected_status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.machine.machine import Machine
    from grader.probes.containers import ContainerFact

__all__ = ["kill", "killed"]

_ALREADY_STARTED = 304


@contextlib.contextmanager
def killed(machine: Machine, container: ContainerFact) -> Iterator[None]:
    """Without that container, which is started again in every case. Raises `ProbeFailed` where the engine refuses."""
    try:
        kill(machine, container)
        yield
    finally:
        started = _post(machine, f"/containers/{container.id}/start")
        machine.look_again()
        expected_status(started, "docker start", 204, _ALREADY_STARTED)


def kill(machine: Machine, container: ContainerFact) -> None:
    """As a crash would: the process gets no time to say good-bye."""
    expected_status(_post(machine, f"/containers/{container.id}/kill"), "docker kill", 204)
    machine.look_again()


def _post(machine: Machine, path: str) -> Answer:
    answer = machine.ask(EngineQuestion(path, method="POST"))
    assert isinstance(answer, Answer), "an engine answers or the machine is unreachable"  # noqa: S101
    return answer
