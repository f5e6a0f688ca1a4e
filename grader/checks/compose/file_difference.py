"""Compares a service in its compose file with its container."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from grader.machine.docker_desktop import comparable_path
from grader.probes.containers.ports import is_chosen_by_engine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.machine.machine import Machine
    from grader.probes.compose.files import ComposeFile, FileMount, FilePort, FileService
    from grader.probes.containers.inspect import ContainerFact
    from grader.probes.containers.ports import PortFact
    from grader.probes.images.images import ImageFact
    from grader.probes.mounts.mounts import MountFact


def list_differences(
    machine: Machine, file: ComposeFile, name: str, fact: ContainerFact, image: ImageFact | None
) -> list[tuple[str, str, str]]:
    """Each key that differs, with its value in the file and the one that runs.

    Only keys that students write are compared, and only if both sides are certain.
    """
    service = file.services.get(name)
    if service is None:
        return [("services", "-", name)]
    return [one for one in _compare_keys(machine, file, service, fact, image) if one[1] != one[2]]


def _compare_keys(
    machine: Machine, file: ComposeFile, service: FileService, fact: ContainerFact, image: ImageFact | None
) -> Iterator[tuple[str, str, str]]:
    """Each key with its value in the file and the one that runs, in a form that makes equal values equal texts."""
    if service.image:
        yield "image", _full_image_name(service.image), _full_image_name(fact.image)
    if not any("-" in port.published for port in service.ports):
        yield (
            "ports",
            _join_sorted(map(_format_file_port, service.ports)),
            _join_sorted(map(_format_port, _requested_ports(machine, service, fact))),
        )
    in_memory = [f"tmpfs {path.partition(':')[0].rstrip('/')}" for path in service.tmpfs]
    unknown = {mount.target for mount in fact.mounts if mount.type == "bind" and not mount.comparable_source}
    written = _join_sorted([*(_format_file_mount(mount, unknown) for mount in service.volumes), *in_memory])
    yield "volumes", written, _join_sorted(_format_mounts(service, fact.mounts, image))
    for variable, value in service.environment.items():
        if value is not None:
            yield f"environment: {variable}", value, fact.env.get(variable, "-")
    if service.command:
        yield "command", " ".join(service.command), " ".join(fact.command[-len(service.command) :])
    if service.networks:
        yield "networks", _join_sorted(file.network_names(service)), _join_sorted(fact.networks)


def _requested_ports(machine: Machine, service: FileService, fact: ContainerFact) -> Iterator[PortFact]:
    """The container's ports, without the numbers that the file leaves to an engine which records its own choice."""
    left_to_engine = {(port.target, port.protocol) for port in service.ports if port.is_left_to_engine}
    for port in fact.requested_ports:
        is_left = (port.container_port, port.protocol) in left_to_engine and is_chosen_by_engine(machine, port)
        yield replace(port, host_port=None) if is_left else port


def _format_file_port(port: FilePort) -> str:
    host_ip = "" if port.host_ip in {"0.0.0.0", "::"} else port.host_ip  # noqa: S104 - compared, not bound
    published = "" if port.is_left_to_engine else port.published
    return _join_port(host_ip, published, port.target, port.protocol)


def _format_port(port: PortFact) -> str:
    return _join_port(port.host_ip, str(port.host_port or ""), port.container_port, port.protocol)


def _join_port(host_ip: str, published: str, target: int, protocol: str) -> str:
    return f"{host_ip}:{published}:{target}/{protocol}".lstrip(":")


def _format_file_mount(mount: FileMount, unknown: set[str]) -> str:
    """`unknown`: the paths in the container of bind mounts whose folder only Docker Desktop knows."""
    inside = mount.target.rstrip("/")
    source = "" if inside in unknown else comparable_path(mount.source)
    return f"{source}:{inside}" if mount.type == "bind" else f"{mount.type} {inside}"


def _format_mounts(service: FileService, mounts: tuple[MountFact, ...], image: ImageFact | None) -> set[str]:
    """The mounts, without configs, secrets and the volumes that only the image declares."""
    asked = {mount.target.rstrip("/") for mount in service.volumes}
    by_image = {path for path in image.volumes if path not in asked} if image else set()
    return {
        f"{mount.comparable_source}:{mount.target}" if mount.type == "bind" else f"{mount.type} {mount.target}"
        for mount in mounts
        if mount.target not in service.config_paths and not (mount.is_anonymous and mount.target in by_image)
    }


def _full_image_name(image: str) -> str:
    """`docker.io/library/mongo:latest` and `mongo` are the same image."""
    name = image.removeprefix("docker.io/").removeprefix("library/")
    return name if ":" in name.rpartition("/")[2] or "@" in name else f"{name}:latest"


def _join_sorted(words: Iterable[str]) -> str:
    return ", ".join(sorted(set(words))) or "-"
