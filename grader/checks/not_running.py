"""Why a container does not run, as far as the engine, its log and its command show."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, NoReturn

from grader.checks.foreground import was_attached
from grader.checks.mistake import Mistake
from grader.machine.question import Answer
from grader.probes.container_list import all_containers
from grader.probes.containers import inspect_container
from grader.probes.labels import compose_label, project_of
from grader.probes.logs import last_lines, read_log
from grader.probes.sites import get_page

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.container_json import ContainerFact
    from grader.probes.ports import PortFact

__all__ = ["crash_loop", "is_a_shell_with_nothing_to_read", "not_running"]

_AT_ONCE_S: Final = 10.0
_SHELLS: Final = {"ash", "bash", "dash", "sh", "zsh"}
_LIST: Final = re.compile(r"\s*\[\S")
"""The start of a list. A shell's test, `[ -f … ]`, has a space there."""
_KILLED: Final = {137, 143}
_STOPPED_BY_HAND: Final = {0, 129, 130, 131, 137, 143}
"""Exit codes of a process that ended by itself, or by SIGHUP, SIGINT, SIGQUIT, SIGKILL or SIGTERM."""


def not_running(machine: Machine, fact: ContainerFact) -> NoReturn:
    """Raises `Mistake` with what the container does instead of running."""
    name = fact.name
    match fact.state:
        case "created":
            raise _never_started(machine, fact)
        case "paused":
            raise Mistake("container-paused", name=name)
        case "restarting":
            crash_loop(machine, fact)
    lines = last_lines(read_log(machine, fact), 5)
    last = lines[-1] if lines else b""
    values = {"name": name, "exit_code": fact.exit_code, "seconds": f"{fact.uptime_s:.0f}"}
    by_hand = fact.exit_code in _STOPPED_BY_HAND
    if fact.restarts and not (by_hand and fact.uptime_s >= _AT_ONCE_S):
        crash_loop(machine, fact)  # Podman restarts it at once: it may be inspected between two starts
    if by_hand and fact.uptime_s >= 1 and was_attached(machine, fact):
        raise Mistake("foreground-stopped", evidence=tuple(lines), **values)
    _of_its_command(fact, tuple(lines))
    killed = fact.exit_code in _KILLED and not fact.out_of_memory
    if by_hand and (killed or fact.uptime_s >= _AT_ONCE_S):
        raise Mistake("container-stopped", evidence=tuple(lines), **values)
    raise Mistake("container-exited", last_line=last, evidence=tuple(lines), **values)


def _never_started(machine: Machine, fact: ContainerFact) -> Mistake:
    name, error = fact.name, fact.error
    taken = error if "already allocated" in error or "already in use" in error else _taken_port(machine, fact)
    if taken:
        return Mistake("port-taken", name=name, detail=str(taken), evidence=(str(taken),))
    waiting = _unhealthy_dependency(machine, fact)
    detail, evidence = (f" ({_in_short(error)})", (error,)) if error else ("", ())
    return waiting or Mistake("container-created", name=name, detail=detail, evidence=evidence)


def _unhealthy_dependency(machine: Machine, fact: ContainerFact) -> Mistake | None:
    """The failure to report if the container waits for one whose health check fails; `None` if it does not.

    Compose records what a service waits for in a label: `todos-mongo:service_healthy:false,…`. Asks: the list, one
    inspect per container that must be healthy.
    """
    entries = [entry.split(":") for entry in compose_label(fact.labels, "depends_on").split(",")]
    wanted = {entry[0] for entry in entries if entry[1:2] == ["service_healthy"]}
    project = project_of(fact.labels)
    for one in all_containers(machine):
        other = inspect_container(machine, one.id) if one.project == project and one.service in wanted else None
        if other and other.health == "unhealthy":
            values = {"name": fact.name, "other": other.name, "said": other.health_said}
            return Mistake("dependency-unhealthy", evidence=(other.health_said,), **values)
    return None


def _of_its_command(fact: ContainerFact, lines: tuple[bytes, ...]) -> None:
    """Raises `Mistake` if the command itself explains why the container ended at once."""
    if is_a_shell_with_nothing_to_read(fact):
        raise Mistake("shell-without-terminal", name=fact.name, exit_code=fact.exit_code)
    # `CMD ['python', 'app.py']`: Docker runs what is not JSON as a shell command.
    line = fact.command[2] if len(fact.command) > 2 and fact.command[:2] == ("/bin/sh", "-c") else ""
    if _LIST.match(line):
        raise Mistake("command-not-a-list", name=fact.name, exit_code=fact.exit_code, seen=line, evidence=lines)


def _in_short(error: str) -> str:
    """Why the start failed, without the names of the runtimes that passed the error on."""
    return error.rpartition("unable to start container process: ")[2].removesuffix(": unknown")


def _taken_port(machine: Machine, fact: ContainerFact) -> PortFact | None:
    """The port that someone else holds, of a container that Podman could not start: Podman does not record it.

    Only ports of the exercise are tried: a container must not choose which other ports of the machine are asked.
    """
    if not machine.is_podman:
        return None
    own = {machine.port(role) for role in machine.sheet.ports}
    for port in fact.ports_typed:
        is_own = port.host_port in own or (machine.ports is not None and (port.host_port or 0) in machine.ports)
        if port.host_port and is_own and port.protocol == "tcp":
            answer = get_page(machine, port.host_port, host=port.host_ip, within_s=2)
            if isinstance(answer, Answer) or answer.reason not in {"refused", "timeout"}:
                return port
    return None


def is_a_shell_with_nothing_to_read(fact: ContainerFact) -> bool:
    """True for a shell that was started without standard input and ended at once."""
    alone = len(fact.command) == 1 and PurePosixPath(fact.command[0]).name in _SHELLS
    return alone and not fact.stdin_open and fact.exit_code == 0 and fact.uptime_s < _AT_ONCE_S


def crash_loop(machine: Machine, fact: ContainerFact) -> NoReturn:
    """Raises `Mistake` for a container that restarts again and again."""
    lines = last_lines(read_log(machine, fact), 5)
    last = lines[-1] if lines else b""
    raise Mistake(
        "container-crash-loop",
        name=fact.name,
        restarts=fact.restarts,
        exit_code=fact.exit_code,
        last_line=last,
        evidence=tuple(lines),
    )
