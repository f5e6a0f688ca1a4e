"""Compares a service in its compose file with its container, and finds the first difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.probes.compose import ComposeFile, FileMount, FilePort, FileService
    from grader.probes.container_json import ContainerFact
    from grader.probes.images import ImageFact
    from grader.probes.mounts import MountFact
    from grader.probes.ports import PortFact

__all__ = ["difference"]


def difference(
    file: ComposeFile, name: str, fact: ContainerFact, image: ImageFact | None
) -> tuple[str, str, str] | None:
    """The key that differs, its value in the file and the one that runs; `None` if nothing differs.

    Only keys that students write are compared, and only if both sides are certain.
    """
    service = file.services.get(name)
    if service is None:
        return "services", "-", name
    return next((one for one in _compared(file, service, fact, image) if one[1] != one[2]), None)


def _compared(
    file: ComposeFile, service: FileService, fact: ContainerFact, image: ImageFact | None
) -> Iterator[tuple[str, str, str]]:
    """Each key with its value in the file and the one that runs, in a form that makes equal values equal texts."""
    if service.image:
        yield "image", _full_name(service.image), _full_name(fact.image)
    if not any("-" in port.published for port in service.ports):
        yield "ports", _shown(map(_file_port, service.ports)), _shown(map(_port, fact.ports_typed))
    in_memory = [f"tmpfs {path.partition(':')[0].rstrip('/')}" for path in service.tmpfs]
    written = _shown([*map(_file_mount, service.volumes), *in_memory])
    yield "volumes", written, _shown(_mounts(service, fact.mounts, image))
    for variable, value in service.environment.items():
        if value is not None:
            yield f"environment: {variable}", value, fact.env.get(variable, "-")
    if service.command:
        yield "command", " ".join(service.command), " ".join(fact.command[-len(service.command) :])
    if service.networks:
        yield "networks", _shown(file.network_names(service)), _shown(fact.networks)


def _file_port(port: FilePort) -> str:
    host_ip = "" if port.host_ip in {"0.0.0.0", "::"} else port.host_ip  # noqa: S104 - compared, not bound
    return _port_words(host_ip, port.published, port.target, port.protocol)


def _port(port: PortFact) -> str:
    return _port_words(port.host_ip, str(port.host_port or ""), port.inside, port.protocol)


def _port_words(host_ip: str, published: str, target: int, protocol: str) -> str:
    return f"{host_ip}:{published}:{target}/{protocol}".lstrip(":")


def _file_mount(mount: FileMount) -> str:
    inside = mount.target.rstrip("/")
    return f"{mount.source}:{inside}" if mount.type == "bind" else f"{mount.type} {inside}"


def _mounts(service: FileService, mounts: tuple[MountFact, ...], image: ImageFact | None) -> set[str]:
    """The mounts, without configs, secrets and the volumes that only the image declares."""
    asked = {mount.target.rstrip("/") for mount in service.volumes}
    by_image = {path for path in image.volumes if path not in asked} if image else set()
    return {
        f"{mount.source}:{mount.inside}" if mount.type == "bind" else f"{mount.type} {mount.inside}"
        for mount in mounts
        if mount.inside not in service.granted and not (mount.is_anonymous and mount.inside in by_image)
    }


def _full_name(image: str) -> str:
    """`docker.io/library/mongo:latest` and `mongo` are the same image."""
    name = image.removeprefix("docker.io/").removeprefix("library/")
    return name if ":" in name.rpartition("/")[2] or "@" in name else f"{name}:latest"


def _shown(words: Iterable[str]) -> str:
    return ", ".join(sorted(set(words))) or "-"
