"""Whether a container asks for a name server that its engine does not have."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from grader.errors import ProbeFailed
from grader.probes.containers.commands import run_in_container

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact

_DOCKERS_ADDRESS: Final = r"^[^#]*127\.0\.0\.11([^0-9]|$)"
"""Outside of comments."""
_CONFIGURATIONS: Final = ("/etc", "/usr/local/etc")
"""Of nginx and Traefik, and of haproxy."""


def require_name_server(machine: Machine, fact: ContainerFact) -> None:
    """Raises `ProbeFailed` on Podman if a configuration in the container has the address of Docker's name server.

    Asks: on Podman, one command inside.
    """
    if machine.is_podman and _asks_dockers(machine, fact):
        raise ProbeFailed("no-docker-dns")


def _asks_dockers(machine: Machine, fact: ContainerFact) -> bool:
    with suppress(ProbeFailed):  # an older recording without it
        found = run_in_container(machine, fact.id, "grep", "-rsqE", _DOCKERS_ADDRESS, *_CONFIGURATIONS)
        return found is not None and found.exit_code == 0
    return False
