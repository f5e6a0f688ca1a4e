"""A container whose main program ends: whether the engine starts it again, as its restart policy says."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from grader.checks.failure import CheckFailed
from grader.errors import ProbeFailed
from grader.probes.containers.commands import run_in_container
from grader.probes.containers.find import inspect_container
from grader.probes.containers.lifecycle import start_container

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact

_PAUSE_S: Final = 0.5
_STABLE_S: Final = 2.0
"""Seconds that it must then run: one that ends again at once has not come back."""
_END: Final = "kill -TERM 1"
"""Not `docker kill`: the engine takes that for the user's wish, and starts nothing again."""


def require_restart(machine: Machine, container: ContainerFact, within_s: float) -> None:
    """Raises `CheckFailed` if the container stays down once its main program has ended. It is then started again."""
    with contextlib.suppress(ProbeFailed):  # the container may end before the engine can tell the exit code
        run_in_container(machine, container.id, "sh", "-c", _END)
    now: ContainerFact | None = container
    for _ in machine.attempts([_PAUSE_S] * max(1, round(within_s / _PAUSE_S))):
        machine.clear_answers()
        now = inspect_container(machine, container.id)
        if now is None:  # it was to remove itself (`--rm`)
            break
        if now.is_running and now.started_at != container.started_at and now.uptime_s >= _STABLE_S:
            return
    if now is not None and now.started_at == container.started_at and now.is_running:
        raise ProbeFailed("cannot-be-ended", name=container.name)
    if now is not None:
        start_container(machine, now)
    raise CheckFailed("not-restarted", name=container.name, policy=container.restart_policy or "no")
