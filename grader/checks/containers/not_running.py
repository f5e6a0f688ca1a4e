"""Why a container does not run, as far as the engine, its log and its command show."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, NoReturn

from grader.checks.containers.foreground import was_attached
from grader.checks.failure import CheckFailed
from grader.errors import ProbeFailed
from grader.machine.question import Answer
from grader.probes.containers.find import inspect_container
from grader.probes.containers.listing import list_containers
from grader.probes.containers.logs import last_lines, read_log
from grader.probes.containers.ports import is_reversed
from grader.probes.engine_info import read_engine_mode
from grader.probes.http.sites import get_page
from grader.probes.labels import compose_label, project_of, service_of

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact
    from grader.probes.containers.ports import PortFact

_SHORT_RUN_S: Final = 10.0
_SHELLS: Final = {"ash", "bash", "dash", "sh", "zsh"}
_LIST_START: Final = re.compile(r"\s*\[\S")
"""The start of a list. A shell's test, `[ -f … ]`, has a space there."""
_PRIVILEGED: Final = "cannot expose privileged port"
_FIRST_FREE_PORT: Final = 1024
_DENIED: Final = b"permission denied"
_PASSED_ON: Final = re.compile(
    r"^.*(?:unable to start container process: |\([0-9a-f]{64}\): (?:error while calling \S+ \S+: )?)", re.DOTALL
)
_KILLED_CODES: Final = {137, 143}
_STOP_CODES: Final = {0, 129, 130, 131, 137, 143}
"""Exit codes of a process that ended by itself, or by SIGHUP, SIGINT, SIGQUIT, SIGKILL or SIGTERM."""


def is_stopped_by_hand(fact: ContainerFact) -> bool:
    """True for a container that ran, and that somebody stopped or paused: it did not end by itself."""
    killed = fact.exit_code in _KILLED_CODES and not fact.out_of_memory
    ended_by_hand = killed or (fact.exit_code in _STOP_CODES and fact.uptime_s >= _SHORT_RUN_S)
    return fact.state == "paused" or (fact.state == "exited" and not fact.restarts and ended_by_hand)


def fail_not_running(machine: Machine, fact: ContainerFact) -> NoReturn:
    """Raises `CheckFailed` with what the container does instead of running."""
    name = fact.name
    match fact.state:
        case "created":
            raise _diagnose_never_started(machine, fact)
        case "paused":
            raise CheckFailed("container-paused", name=name)
        case "restarting":
            fail_crash_loop(machine, fact)
    lines = last_lines(read_log(machine, fact), 5)
    last = lines[-1] if lines else b""
    values = {"name": name, "exit_code": fact.exit_code, "seconds": f"{fact.uptime_s:.0f}"}
    by_hand = fact.exit_code in _STOP_CODES
    if fact.restarts and not (by_hand and fact.uptime_s >= _SHORT_RUN_S):
        fail_crash_loop(machine, fact)  # Podman restarts it at once: it may be inspected between two starts
    if by_hand and fact.uptime_s >= 1 and was_attached(machine, fact):
        raise CheckFailed("foreground-stopped", evidence=tuple(lines), **values)
    _require_valid_command(fact, tuple(lines))
    if any(mount.type == "bind" for mount in fact.mounts) and any(_DENIED in line.lower() for line in lines):
        _require_own_users(machine)
    killed = fact.exit_code in _KILLED_CODES and not fact.out_of_memory
    if by_hand and (killed or fact.uptime_s >= _SHORT_RUN_S):
        raise CheckFailed("container-stopped", evidence=tuple(lines), **values)
    raise CheckFailed("container-exited", last_line=last, evidence=tuple(lines), **values)


def _diagnose_never_started(machine: Machine, fact: ContainerFact) -> CheckFailed:
    name, error = fact.name, fact.error
    reversed_ = _diagnose_reversed(machine, fact)
    if reversed_:
        return reversed_.with_evidence(*([error] if error else []))
    taken = error if "already allocated" in error or "already in use" in error else _find_taken_port(machine, fact)
    if taken:
        return CheckFailed("port-taken", name=name, detail=str(taken), evidence=(str(taken),))
    _require_publishable(machine, fact)
    waiting = _unhealthy_dependency(machine, fact)
    detail, evidence = (f" ({_shorten_start_error(error)})", (error,)) if error else ("", ())
    return waiting or CheckFailed("container-created", name=name, detail=detail, evidence=evidence)


def _require_publishable(machine: Machine, fact: ContainerFact) -> None:
    """Raises `ProbeFailed` if the engine, which is rootless, refused the very port that the exercise asks for."""
    wanted = {machine.port(role) for role in machine.spec.ports}
    low = {port.host_port for port in fact.requested_ports if port.host_port and port.host_port < _FIRST_FREE_PORT}
    refused = wanted & low if _PRIVILEGED in fact.error or machine.is_podman else set()
    if refused and (fact.error or read_engine_mode(machine).is_rootless):
        raise ProbeFailed("port-privileged", port=str(min(refused)))


def _require_own_users(machine: Machine) -> None:
    """Raises `ProbeFailed` if the engine runs containers as other users, who may not write to a student's folder."""
    if read_engine_mode(machine).remaps_users:
        raise ProbeFailed("folder-of-userns")


def _diagnose_reversed(machine: Machine, fact: ContainerFact) -> CheckFailed | None:
    """The failure to report if ports or paths were given the other way round, which may keep it from starting."""
    spec = machine.spec
    names = {fact.name, service_of(fact.labels)}
    roles = [role for role in spec.containers if machine.container(role).name in names]
    ports = ", ".join(map(str, fact.requested_ports))
    for role in (role for role in roles if role in spec.ports):
        wanted, inside = machine.port(role), spec.containers[role].port
        if is_reversed(fact.requested_ports, wanted, inside):
            values = {"name": fact.name, "wanted": wanted, "inside": inside, "published": ports}
            return CheckFailed("port-reversed", evidence=(ports,), **values)
    for folder in (folder for folder in spec.folders.values() if folder.container in roles):
        wrong = next((one for one in fact.mounts if one.type == "bind" and one.source == folder.inside), None)
        if wrong:
            values = {"name": fact.name, "inside": folder.inside, "wanted": folder.outside, "source": wrong.source}
            evidence = (f"bind {wrong.source} -> {wrong.target}",)
            return CheckFailed("mount-reversed", there=wrong.target, evidence=evidence, **values)
    return None


def _unhealthy_dependency(machine: Machine, fact: ContainerFact) -> CheckFailed | None:
    """The failure to report if the container waits for one whose health check fails; `None` if it does not.

    Compose records what a service waits for in a label: `todos-mongo:service_healthy:false,…`. Asks: the list, one
    inspect per container that must be healthy.
    """
    entries = [entry.split(":") for entry in compose_label(fact.labels, "depends_on").split(",")]
    wanted = {entry[0] for entry in entries if entry[1:2] == ["service_healthy"]}
    project = project_of(fact.labels)
    for one in list_containers(machine):
        other = inspect_container(machine, one.id) if one.project == project and one.service in wanted else None
        if other and other.health == "unhealthy":
            values = {"name": fact.name, "other": other.name, "said": other.health_output}
            return CheckFailed("dependency-unhealthy", evidence=(other.health_output,), **values)
    return None


def _require_valid_command(fact: ContainerFact, lines: tuple[bytes, ...]) -> None:
    """Raises `CheckFailed` if the command itself explains why the container ended at once."""
    if is_shell_without_input(fact):
        raise CheckFailed("shell-without-terminal", name=fact.name, exit_code=fact.exit_code)
    # `CMD ['python', 'app.py']`: Docker runs what is not JSON as a shell command.
    line = fact.command[2] if len(fact.command) > 2 and fact.command[:2] == ("/bin/sh", "-c") else ""
    if _LIST_START.match(line):
        raise CheckFailed("command-not-a-list", name=fact.name, exit_code=fact.exit_code, seen=line, evidence=lines)


def _shorten_start_error(error: str) -> str:
    """Why the start failed, without what passed the error on: runtimes, and the network's drivers with long ids."""
    return _PASSED_ON.sub("", error).removesuffix(": unknown")


def _find_taken_port(machine: Machine, fact: ContainerFact) -> PortFact | None:
    """The port that someone else holds, of a container that Podman could not start: Podman does not record it.

    Only ports of the exercise are tried: a container must not choose which other ports of the machine are contacted.
    """
    if not machine.is_podman:
        return None
    own = {machine.port(role) for role in machine.spec.ports}
    for port in fact.requested_ports:
        is_own = port.host_port in own or (machine.ports is not None and (port.host_port or 0) in machine.ports)
        if port.host_port and is_own and port.protocol == "tcp":
            answer = get_page(machine, port.host_port, host=port.host_ip, within_s=2)
            if isinstance(answer, Answer) or answer.reason not in {"refused", "timeout"}:
                return port
    return None


def is_shell_without_input(fact: ContainerFact) -> bool:
    """True for a shell that was started without standard input and ended at once."""
    alone = len(fact.command) == 1 and PurePosixPath(fact.command[0]).name in _SHELLS
    return alone and not fact.stdin_open and fact.exit_code == 0 and fact.uptime_s < _SHORT_RUN_S


def fail_crash_loop(machine: Machine, fact: ContainerFact) -> NoReturn:
    """Raises `CheckFailed` for a container that restarts again and again."""
    lines = last_lines(read_log(machine, fact), 5)
    last = lines[-1] if lines else b""
    raise CheckFailed(
        "container-crash-loop",
        name=fact.name,
        restarts=fact.restarts,
        exit_code=fact.exit_code,
        last_line=last,
        evidence=tuple(lines),
    )
