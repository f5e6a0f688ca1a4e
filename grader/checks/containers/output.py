"""What a container has printed, as `docker logs` shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.checks.failure import CheckFailed
from grader.errors import ProbeFailed
from grader.probes.containers.logs import last_lines, read_log

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact


def require_logged(machine: Machine, container: ContainerFact, text: str) -> None:
    """Raises `CheckFailed` unless one of the last lines contains the text."""
    lines = _lines(machine, container)
    if any(text in line for line in lines):
        return
    last = lines[-1] if lines else ""
    code = "log-empty" if not lines else "log-without"
    raise CheckFailed(code, name=container.name, text=text, last_line=last, evidence=tuple(lines[-3:]))


def require_not_logged(machine: Machine, container: ContainerFact, text: str) -> None:
    """Raises `CheckFailed` if one of the last lines contains the text."""
    found = next((line for line in _lines(machine, container) if text in line), None)
    if found is not None:
        raise CheckFailed("log-with", name=container.name, text=text, line=found, evidence=(found,))


def _lines(machine: Machine, container: ContainerFact) -> list[str]:
    log = read_log(machine, container)
    if log is None:
        raise ProbeFailed("no-log", name=container.name)
    return [line.decode("utf-8", "replace") for line in last_lines(log, 200)]
