"""The health check of a container: whether it has one, whether that can fail, and what it says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.checks.failure import CheckFailed
from grader.errors import ProbeFailed
from grader.probes.containers.commands import run_in_container
from grader.probes.containers.settings import read_settings

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.commands import CommandFact
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
        if not machine.is_podman:
            raise CheckFailed("health-unknown", name=container.name)
        # Podman leaves the checks to timers of systemd, which not every machine has.
        ran = _run_test(machine, container)
        if ran.exit_code == 0:
            return
        said = (ran.stderr or ran.stdout).decode("utf-8", "replace").strip()
    if _NO_SUCH_COMMAND.search(said):
        test = " ".join(read_settings(machine, container.id).health_test[1:])
        raise CheckFailed("health-check-cannot-run", name=container.name, test=test, said=said)
    raise CheckFailed("unhealthy", name=container.name, said=said)


def _run_test(machine: Machine, container: ContainerFact) -> CommandFact:
    """What the command of the health check gives now. Raises `ProbeFailed` if nothing may be run."""
    kind, *command = read_settings(machine, container.id).health_test
    ran = run_in_container(machine, container.id, *(("sh", "-c", *command) if kind == "CMD-SHELL" else command))
    if ran is None:
        raise ProbeFailed("health-not-run", name=container.name)
    return ran
