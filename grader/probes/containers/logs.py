"""What a container printed. Source: `GET /containers/{id}/logs`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.machine.question import EngineQuestion, NoAnswer
from grader.probes.containers.output_frames import join_frames

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact

_TAIL: Final = "200"


def read_log(machine: Machine, container: ContainerFact, *, fresh: bool = False) -> bytes | None:
    """The last lines of both outputs, in order; `None` if the engine keeps no readable log.

    `fresh` ignores the remembered answer: for a line that was written just now.
    """
    question = EngineQuestion(f"/containers/{container.id}/logs", (("stderr", "1"), ("stdout", "1"), ("tail", _TAIL)))
    answer = machine.ask_uncached(question) if fresh else machine.ask(question)
    if isinstance(answer, NoAnswer) or answer.status != 200:
        return None
    return answer.body if container.tty else join_frames(answer.body)


def last_lines(log: bytes | None, count: int = 1) -> list[bytes]:
    """The last lines that are not blank."""
    lines = [line for line in (log or b"").splitlines() if line.strip()]
    return lines[-count:]
