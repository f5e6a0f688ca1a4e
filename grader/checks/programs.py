"""What runs in a container: its process 1, its hostname, its user."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.checks.mistake import Mistake
from grader.probes.engine_info import machine_name
from grader.probes.images import find_image
from grader.probes.processes import first_process, stand_in_for, users_of_programs

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.container_json import ContainerFact

__all__ = ["not_root", "own_hostname", "process_1"]

_ROOT: Final = {"", "0", "root"}
"""How root is written as a container's user, without groups. An empty user is root too."""


def process_1(machine: Machine, container: ContainerFact, program: str) -> None:
    """Raises `Mistake` if process 1 is another program, or belongs to another container."""
    if container.pid_mode:
        raise Mistake("process-of-the-machine", name=container.name, wanted=program, seen=container.pid_mode)
    command = first_process(machine, container)
    # A login shell has a dash before its name.
    if PurePosixPath(command.partition(" ")[0]).name.removeprefix("-") != program:
        raise Mistake("process-1-other", name=container.name, wanted=program, seen=command)
    other = stand_in_for(machine, container, program)
    if other:
        raise Mistake("process-1-other", name=container.name, wanted=program, seen=other)


def own_hostname(machine: Machine, container: ContainerFact) -> None:
    """Raises `Mistake` if the container has the machine's hostname."""
    machines = machine_name(machine)
    if container.uts_mode == "host" or container.hostname == machines:
        raise Mistake("hostname-of-the-machine", name=container.name, hostname=machines)


def not_root(machine: Machine, container: ContainerFact) -> None:
    """Raises `Mistake` if everything in the container runs as root, with the reason."""
    users = users_of_programs(machine, container)
    named = not _is_root(container.user)
    is_root = users == {0} if users else not named
    if not is_root:
        return
    image = find_image(machine, container.image_id)
    name, user = container.name, container.user or "-"
    if named:
        raise Mistake("user-is-root", name=name, user=user)
    if image and not _is_root(image.user):
        raise Mistake("root-by-option", name=name, user=user, wanted=image.user)
    raise Mistake("runs-as-root", name=name, user=user)


def _is_root(user: str) -> bool:
    return user.partition(":")[0] in _ROOT
