"""Why a container does not run, as far as the engine, its log and its command show."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final, NoReturn, assert_never

from grader.checks.containers.exit_causes import require_no_known_cause
from grader.checks.containers.foreground import was_attached
from grader.checks.failure import CheckFailed
from grader.checks.mounts.visibility import require_visible_to_snap
from grader.errors import ProbeFailed
from grader.machine.question import Answer
from grader.probes.containers.endings import read_ending
from grader.probes.containers.find import inspect_container
from grader.probes.containers.listing import list_containers
from grader.probes.containers.logs import last_lines, read_log
from grader.probes.containers.ports import is_reversed
from grader.probes.engine_info import read_engine_info
from grader.probes.http.sites import get_page
from grader.probes.labels import compose_label, project_of, service_of
from grader.probes.networks.port_holders import PortHolder, find_port_holder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.machine.machine import Machine
    from grader.probes.containers.endings import Ending
    from grader.probes.containers.inspect import ContainerFact
    from grader.probes.containers.ports import PortFact

_PRIVILEGED: Final = "cannot expose privileged port"
_FIRST_FREE_PORT: Final = 1024
_DENIED: Final = b"permission denied"
_PASSED_ON: Final = re.compile(
    r"^.*(?:unable to start container process: |\([0-9a-f]{64}\): (?:error while calling \S+ \S+: )?)", re.DOTALL
)
_REPEATED: Final = re.compile(r": mount .+? \(via [^)]+\), flags: 0x[0-9a-f]+")
_RESET_S: Final = 10.0
"""After this time the engine itself resets the restart delay of a container."""
_MAX_PORTS: Final = 10
"""How many ports of a range are looked at."""
_INTERRUPTED_CODES: Final = {129, 130, 131}
"""Exit codes of a program that a terminal ended: by SIGHUP, Ctrl-C or Ctrl-\\. Some take it as a wish to end with 0."""


def is_stopped_by_hand(machine: Machine, fact: ContainerFact) -> bool:
    """True for a container that was stopped or paused, unless it is known to have ended by itself."""
    if fact.state == "exited" and not fact.restarts:
        return read_ending(machine, fact) != "itself"
    return fact.state == "paused"


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
    ending = read_ending(machine, fact)
    if fact.restarts and not (ending in {"stopped", "signalled"} and fact.uptime_s >= _RESET_S):
        fail_crash_loop(machine, fact)  # Podman restarts it at once: it may be inspected between two starts
    lines = last_lines(read_log(machine, fact), 5)
    values = {"name": name, "exit_code": fact.exit_code, "seconds": f"{fact.uptime_s:.0f}"}
    if _ended_with_its_terminal(machine, fact, ending):
        raise CheckFailed("foreground-stopped", evidence=tuple(lines), **values)
    _require_own_users(machine, fact, lines)
    if ending in {"stopped", "signalled"}:
        raise CheckFailed("container-stopped", evidence=tuple(lines), **values)
    require_no_known_cause(machine, fact)
    last = lines[-1] if lines else b""
    code = "container-ended" if ending == "unknown" else "container-exited"
    raise CheckFailed(code, last_line=last, evidence=tuple(lines), **values)


def _ended_with_its_terminal(machine: Machine, fact: ContainerFact, ending: Ending) -> bool:
    """True if Ctrl-C, or the end of its terminal, ended a container that was started in the foreground."""
    match ending:
        case "signalled":
            is_by_terminal = True  # without `-t`, the client passes it on as a signal
        case "stopped":
            is_by_terminal = fact.is_of_compose  # `docker compose up` stops the project
        case "itself" | "unknown":
            is_interrupted = fact.exit_code in _INTERRUPTED_CODES or (fact.tty and fact.exit_code == 0)
            is_by_terminal = is_interrupted and (fact.tty or ending == "unknown")
        case _:
            assert_never(ending)
    return is_by_terminal and bool(was_attached(machine, fact))


def _diagnose_never_started(machine: Machine, fact: ContainerFact) -> CheckFailed:
    name, error = fact.name, fact.error
    mistaken = _diagnose_options(machine, fact)
    if mistaken:
        return mistaken.with_evidence(*([error] if error else []))
    taken = error if "already allocated" in error or "already in use" in error else _find_taken_port(machine, fact)
    if taken:
        holder = _find_port_holder(machine, fact)
        values = {"name": name, "detail": str(taken), "container": holder.container, "program": holder.program}
        return CheckFailed("port-taken", evidence=(str(taken),), **values)
    _require_publishable(machine, fact)
    if "exec format error" in error:
        require_no_known_cause(machine, fact)
    if "error while creating mount source path" in error:
        for mount in fact.mounts:
            require_visible_to_snap(machine, fact, mount.source if mount.source in error else "")
    waiting = _unhealthy_dependency(machine, fact)
    evidence = (error,) if error else ()
    project = {} if error else _never_started_project(machine, fact)
    return waiting or CheckFailed(
        "container-created", name=name, detail=_shorten_start_error(error), evidence=evidence, **project
    )


def _never_started_project(machine: Machine, fact: ContainerFact) -> dict[str, str]:
    """The compose project of the container as a value, if none of its containers was ever started: one mistake."""
    project = project_of(fact.labels)
    states = {one.state for one in list_containers(machine) if project and one.project == project}
    return {"project": project} if states == {"created"} else {}


def _require_publishable(machine: Machine, fact: ContainerFact) -> None:
    """Raises `ProbeFailed` if a rootless engine refused the very port that the exercise asks for."""
    wanted = {machine.port(role) for role in machine.spec.ports}
    low = {port.host_port for port in fact.requested_ports if port.host_port and port.host_port < _FIRST_FREE_PORT}
    if wanted & low and _PRIVILEGED in fact.error:
        raise ProbeFailed("port-privileged", port=str(min(wanted & low)))


def _require_own_users(machine: Machine, fact: ContainerFact, lines: Iterable[bytes]) -> None:
    """Raises `ProbeFailed` if the engine runs containers as other users, who may not write to a student's folder."""
    is_denied = any(mount.type == "bind" for mount in fact.mounts) and any(_DENIED in line.lower() for line in lines)
    if is_denied and read_engine_info(machine).remaps_users:
        raise ProbeFailed("folder-of-userns")


def _diagnose_options(machine: Machine, fact: ContainerFact) -> CheckFailed | None:
    """The failure to report if an option may have kept it from starting: two parts reversed, a file for a folder."""
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
        file = next((one for one in fact.mounts if one.type == "bind" and one.target == folder.inside), None)
        if file and file.source and file.source in fact.error and "not a directory" in fact.error:
            values = {"name": fact.name, "inside": folder.inside, "wanted": folder.outside, "source": file.source}
            return CheckFailed("mount-is-a-file", there=file.target, evidence=(), **values)
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


def _find_port_holder(machine: Machine, fact: ContainerFact) -> PortHolder:
    """Who has one of the ports that the container asks for."""
    wanted = (number for port in fact.requested_ports for number in port.host_port_range or (port.host_port,) if number)
    holders = (find_port_holder(machine, number, besides=fact.id) for number in itertools.islice(wanted, _MAX_PORTS))
    return next((one for one in holders if one != PortHolder()), PortHolder())


def _shorten_start_error(error: str) -> str:
    """Why the start failed, without what passed the error on: runtimes, and the network's drivers with long ids.

    A mount is named once: with its paths twice, the reason would be beyond what is shown.
    """
    return _REPEATED.sub("", _PASSED_ON.sub("", error)).removesuffix(": unknown")


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
            if find_port_holder(machine, port.host_port, besides=fact.id).container:
                return port
            answer = get_page(machine, port.host_port, host=port.host_ip, within_s=2)
            if isinstance(answer, Answer) or answer.reason not in {"refused", "timeout"}:
                return port
    return None


def fail_crash_loop(machine: Machine, fact: ContainerFact) -> NoReturn:
    """Raises `CheckFailed` for a container that restarts again and again, with the cause if it is a known one."""
    require_no_known_cause(machine, fact)
    lines = last_lines(read_log(machine, fact), 5)
    _require_own_users(machine, fact, lines)
    last = lines[-1] if lines else b""
    raise CheckFailed(
        "container-crash-loop",
        name=fact.name,
        restarts=fact.restarts,
        exit_code=fact.exit_code,
        last_line=last,
        evidence=tuple(lines),
    )
