"""Examines a machine before an exercise. It changes nothing."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from grader.exercise.spec import read_exercise_spec
from grader.machine.question import Answer, HttpQuestion
from grader.machine.transport.compose import compose_version
from grader.machine.transport.interface import DirectTransport
from grader.probes.containers.find import inspect_container
from grader.probes.containers.listing import list_containers
from grader.probes.engine_info import read_default_bridge, read_engine_info
from grader.probes.engine_json import decode
from grader.probes.images.images import find_image
from grader.submission.sandbox.programs import buildx_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact

_SKEW_S: Final = 60
_FIRST_FREE_PORT: Final = 1024
_DISK: Final = 2 * 1024**3
"""Bytes that a few images and builds need."""


@dataclass(frozen=True)
class Finding:
    """A problem: `code` is a key of `grader/messages/*/diagnoses.toml`."""

    code: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Examination:
    facts: dict[str, str]
    """What the machine is: engine, api, context, storage driver, compose, …"""
    findings: list[Finding]
    lacks_buildx: bool = False
    """Whether this computer could not build as people do today; only `grader repo` builds anything."""


class _Info(msgspec.Struct, rename="pascal"):
    driver: str = ""
    operating_system: str = ""
    docker_root_dir: str = ""


def examine(machine: Machine, exercise: Path | None) -> Examination:
    """Facts about `machine` and its problems, also for the exercise in that folder. Raises `MachineUnreachable`."""
    facts, info, findings = _engine(machine)
    findings += _clock(machine)
    findings += _disk(machine, info)
    if exercise:
        findings += _settings(machine)
        findings += _images(machine)
        findings += _ports(machine)
        findings += _left_overs(machine, exercise)
        if machine.spec.compose and not facts["compose"] and _is_here(machine):
            findings.append(Finding("doctor-no-compose"))
        if machine.spec.compose and machine.transport.facts.host:
            findings.append(Finding("doctor-compose-elsewhere"))
    return Examination(facts, findings, lacks_buildx=_is_here(machine) and not facts["buildx"])


def _engine(machine: Machine) -> tuple[dict[str, str], _Info, list[Finding]]:
    version, about = machine.transport.version(), machine.transport.facts
    info = decode(machine.engine("/info"), _Info, "docker info")
    facts = {
        "machine": about.url,
        "context": about.context,
        "engine": f"{version}{' (rootless)' if read_engine_info(machine).is_rootless else ''}",
        "api": version.api,
        "storage": info.driver,
        "system": info.operating_system,
        "compose": compose_version() if _is_here(machine) else "",
        "buildx": buildx_version() if _is_here(machine) else "",
    }
    return facts, info, [Finding("doctor-podman")] if machine.is_podman else []


def _is_here(machine: Machine) -> bool:
    """Whether the engine's disk and compose are those of this computer."""
    return isinstance(machine.transport, DirectTransport) and machine.transport.is_local


def _clock(machine: Machine) -> Iterator[Finding]:
    at = machine.engine("/info").at
    if at is not None and abs(at - time.time()) > _SKEW_S:
        yield Finding("doctor-clock", {"seconds": f"{abs(at - time.time()):.0f}"})


def _disk(machine: Machine, info: _Info) -> Iterator[Finding]:
    if not _is_here(machine) or not info.docker_root_dir:
        return  # the disk of another machine is not visible
    try:
        free = shutil.disk_usage(info.docker_root_dir).free
    except (OSError, ValueError):
        return
    if free < _DISK:
        yield Finding("doctor-disk", {"free": f"{free / 1024**3:.1f}", "folder": info.docker_root_dir})


def _settings(machine: Machine) -> Iterator[Finding]:
    """Settings of the engine for which the exercise's handout has a word."""
    spec, mode = machine.spec, read_engine_info(machine)
    bridge = read_default_bridge(machine)
    if mode.is_rootless:
        low = [machine.port(role) for role in spec.ports if machine.port(role) < _FIRST_FREE_PORT]
        yield from (Finding("port-privileged", {"port": str(port)}) for port in low)
    if mode.is_rootless and not machine.is_podman:
        yield from (Finding("host-gateway-rootless", {"host": host}) for host in spec.hosts.values())
    if machine.is_podman and spec.compose and spec.compose.replicas:
        yield Finding("no-docker-dns")
    if bridge.has_ipv6:
        yield from (Finding("host-gateway-ipv6", {"host": host}) for host in spec.hosts.values())
    if spec.ports and bridge.publishing_address.startswith("127."):
        yield Finding("published-on-loopback")
    if spec.folders and mode.remaps_users:
        yield Finding("folder-of-userns")
    if spec.services and mode.restores_live:
        yield Finding("live-restore")


def _images(machine: Machine) -> Iterator[Finding]:
    for name in machine.spec.images:
        if find_image(machine, name) is None:
            yield Finding("doctor-image-missing", {"image": name})


def _ports(machine: Machine) -> Iterator[Finding]:
    """Ports of the exercise that are in use by another container or program."""
    own = {machine.container(role).name for role in machine.spec.containers}
    facts = list(_running(machine))
    for role in machine.spec.ports:
        port = machine.port(role)
        holder = next((fact for fact in facts if any(one.host_port == port for one in fact.ports)), None)
        if holder is None:
            if isinstance(machine.ask(HttpQuestion(port, within_s=2)), Answer):
                yield Finding("doctor-port-taken", {"port": str(port), "role": role})
        elif holder.name not in own and not (machine.spec.compose and holder.is_of_compose):
            values = {"port": str(port), "role": role, "name": holder.name}
            yield Finding("doctor-port-of-container", values)


def _running(machine: Machine) -> Iterable[ContainerFact]:
    for one in list_containers(machine):
        if one.state == "running" and (fact := inspect_container(machine, one.id)):
            yield fact


def _left_overs(machine: Machine, exercise: Path) -> Iterator[Finding]:
    """Containers with names that another exercise of the course uses and this one does not."""
    own = {machine.container(role).name for role in machine.spec.containers} | set(machine.spec.ignored_containers)
    others = {one.name for one in list_containers(machine)} - own
    for path in sorted(exercise.parent.glob("*/exercise.toml")):
        if path.parent.name != exercise.name:
            names = {container.name for container in read_exercise_spec(path.parent).containers.values()}
            left = sorted(others & names)
            if left:
                yield Finding("doctor-left-over", {"exercise": path.parent.name, "names": ", ".join(left)})
                others -= names
