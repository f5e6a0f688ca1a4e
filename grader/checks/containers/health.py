"""The health check of a container: whether it has one, whether that can fail, and what it says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.checks.failure import CheckFailed
from grader.probes.containers.settings import read_settings

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact

HEALTH_S: Final = 60.0
"""How long a container may need for its first answer: two of the default intervals."""
_ALWAYS_TRUE: Final = re.compile(r"(true|:|/bin/true|exit 0|echo\b[^|;&]*)|.*(\|\||;)\s*(true|:|exit 0)", re.DOTALL)
_NO_SUCH_COMMAND: Final = re.compile(r"not found|no such file|executable file|permission denied", re.IGNORECASE)


def require_health_check(machine: Machine, container: ContainerFact) -> None:
    """Raises `CheckFailed` if the container has no health check, or one that cannot fail."""
    require_meaningful_test(container.name, read_settings(machine, container.id).health_test)


def require_meaningful_test(name: str, test: tuple[str, ...]) -> None:
    """As `require_health_check`, for the test of `name`, a container or an image."""
    if test[:1] == ("NONE",):
        raise CheckFailed("health-check-disabled", name=name)
    if not test:
        raise CheckFailed("health-check-missing", name=name)
    command = " ".join(test[1:] if test[0] in {"CMD", "CMD-SHELL"} else test).strip()
    if _ALWAYS_TRUE.fullmatch(command):
        raise CheckFailed("health-check-always-passes", name=name, seen=command)


def require_healthy(machine: Machine, container: ContainerFact) -> None:
    """Raises `CheckFailed` unless its health check passes now, with what it says instead."""
    if container.health == "healthy":
        return
    require_health_check(machine, container)
    said = container.health_output
    if container.health == "starting" and not said:
        raise CheckFailed("health-unknown", name=container.name)
    if _NO_SUCH_COMMAND.search(said):
        test = " ".join(read_settings(machine, container.id).health_test[1:])
        raise CheckFailed("health-check-cannot-run", name=container.name, test=test, said=said)
    raise CheckFailed("unhealthy", name=container.name, said=said)
