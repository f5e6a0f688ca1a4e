"""A container that was created for typing into, and how it exited."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.checks.failure import CheckFailed
from grader.probes.containers.events import list_events

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact

_SIGNAL_CODES: Final = {129, 137, 143}
"""Exit codes of a shell that was ended from outside, by SIGHUP, SIGKILL or SIGTERM. 130 is Ctrl-C, typed in it."""


def require_interactive(container: ContainerFact, shell: str) -> None:
    """Raises `CheckFailed` unless the container was created for typing into that shell."""
    command = container.command
    program = PurePosixPath(command[0]).name if command else ""
    if program != shell or "-c" in command:
        raise CheckFailed("command-other", name=container.name, wanted=shell, seen=" ".join(command))
    _require_terminal(container)


def require_clean_exit(machine: Machine, container: ContainerFact) -> None:
    """Raises `CheckFailed` unless the shell last exited by itself, with code 0, after a restart if there was one."""
    code: int | None = container.exit_code
    if container.is_running:
        happened = list_events(machine, container)
        ends = [one.exit_code for one in happened if one.is_end]
        if not ends:
            raise CheckFailed("still-inside", name=container.name)
        # If the engine has forgotten the creation, it may have forgotten other exits, too.
        if len(ends) == 1 and any(one.action == "create" for one in happened):
            raise CheckFailed("not-left-again", name=container.name)
        code = ends[-1]
    if code in _SIGNAL_CODES and not container.stdin_open:
        _require_terminal(container)  # that is why it could only be stopped
    if code in _SIGNAL_CODES:
        raise CheckFailed("left-by-force", name=container.name, exit_code=code)
    if code:
        raise CheckFailed("left-after-a-failure", name=container.name, exit_code=code)


def _require_terminal(container: ContainerFact) -> None:
    name = container.name
    match container.stdin_open, container.tty:
        case False, False:
            raise CheckFailed("no-terminal", name=name)
        case True, False:
            raise CheckFailed("no-tty", name=name)
        case False, True:
            raise CheckFailed("no-stdin", name=name)
