"""What runs in a container: its process 1, its hostname, its user."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.checks.failure import CheckFailed
from grader.probes.containers.processes import find_other_executable, find_program_users, read_process_1
from grader.probes.engine_info import read_engine_info
from grader.probes.images.images import find_image, is_same_image_name

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact

_ROOT_NAMES: Final = {"", "0", "root"}
"""How root is written as a container's user, without groups. An empty user is root too."""


def require_process_1(machine: Machine, container: ContainerFact, program: str) -> None:
    """Raises `CheckFailed` if process 1 is another program, or belongs to another container."""
    if container.pid_mode:
        raise CheckFailed("process-of-the-machine", name=container.name, wanted=program, seen=container.pid_mode)
    command = read_process_1(machine, container)
    # A login shell has a dash before its name.
    if PurePosixPath(command.partition(" ")[0]).name.removeprefix("-") != program:
        raise CheckFailed("process-1-other", name=container.name, wanted=program, seen=command)
    other = find_other_executable(machine, container, program)
    if other:
        raise CheckFailed("process-1-other", name=container.name, wanted=program, seen=other)


def require_own_hostname(machine: Machine, container: ContainerFact) -> None:
    """Raises `CheckFailed` if the container has the machine's hostname."""
    machines = read_engine_info(machine).hostname
    if container.uts_mode == "host" or container.hostname == machines:
        raise CheckFailed("hostname-of-the-machine", name=container.name, hostname=machines)


def require_not_root(machine: Machine, container: ContainerFact, wanted_image: str) -> None:
    """Raises `CheckFailed` if everything in the container runs as root, or would without `-u`, with the reason."""
    users = find_program_users(machine, container)
    named = not _is_root(container.user)
    is_root = users == {0} if users else not named
    name, user = container.name, container.user
    if not is_root and not named:
        return  # it switched by itself
    image = find_image(machine, container.image_id)
    if not is_root:
        names = (container.image, *(image.tags if image else ()))
        if image and _is_root(image.user) and any(is_same_image_name(one, wanted_image) for one in names):
            raise CheckFailed("user-by-option", name=name, user=user, image=container.image)
        return
    if named:
        raise CheckFailed("user-is-root", name=name, user=user, image=wanted_image)
    if image and not _is_root(image.user):
        raise CheckFailed("root-by-option", name=name, user=user, wanted=image.user)
    raise CheckFailed("runs-as-root", name=name, user=user, image=wanted_image)


def names_a_user(machine: Machine, image: str) -> bool:
    """Whether the image of that name says to run as another user than root. True if there is no such image."""
    found = find_image(machine, image)
    return found is None or not _is_root(found.user)


def _is_root(user: str) -> bool:
    return user.partition(":")[0] in _ROOT_NAMES
