"""Host names that were added to a container by hand. Source: its `/etc/hosts`, and `--add-host` in `docker inspect`."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

from grader.errors import ProbeFailed
from grader.probes.containers.files import read_container_file
from grader.probes.engine_json import garbled_answer

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact

HOST_GATEWAY: Final = "host-gateway"
"""The value for the machine itself; the engine resolves it when the container starts."""


def added_hosts(container: ContainerFact) -> dict[str, str]:
    """Name in lower case to its first address, which is the one that is used, from `--add-host` or `extra_hosts`."""
    found: dict[str, str] = {}
    for entry in container.extra_hosts:
        name, _, address = entry.partition(":")
        if name and address:
            found.setdefault(name.lower(), _require_address(address.strip("[]")))
    return found


def read_hosts(machine: Machine, container: ContainerFact, *, wanted: str = "") -> dict[str, str]:
    """Name in lower case to address, as the container itself resolves them.

    Raises `ProbeFailed` if its file cannot be read and the `wanted` name, if given, was not added by an option.
    """
    added = added_hosts(container)
    try:
        file = read_container_file(machine, container.id, "/etc/hosts")
    except ProbeFailed:
        if wanted and wanted.lower() not in added:
            raise
        return added
    written = parse_hosts(file.content) if file and not file.is_folder else {}
    return added | written


def parse_hosts(content: bytes) -> dict[str, str]:
    """Name in lower case to its first address in the file, which is the one that is used."""
    found: dict[str, str] = {}
    for line in content.decode("utf-8", "replace").splitlines():
        address, *names = line.partition("#")[0].split() or [""]
        try:
            ipaddress.ip_address(address)
        except ValueError:
            continue
        for name in names:
            found.setdefault(name.lower(), address)
    return found


def _require_address(address: str) -> str:
    if address != HOST_GATEWAY:
        try:
            ipaddress.ip_address(address)
        except ValueError as error:
            raise garbled_answer("docker inspect", f"address {address}") from error
    return address
