"""A temporary file in a mounted folder, to see whether it is served; it is removed again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

from grader.checks.failure import CheckFailed
from grader.errors import ProbeFailed
from grader.machine.temporary_files import STALE_S
from grader.probes.containers.commands import CommandFact, run_in_container
from grader.probes.containers.files import copy_inside
from grader.probes.mounts.machine_files import remove_file, write_file

if TYPE_CHECKING:
    from types import TracebackType

    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact
    from grader.probes.mounts.mounts import MountFact

_REMOVE_COMMAND: Final = 'rm -f -- "$0"'
_SWEEP_COMMAND: Final = f'find "$0" -maxdepth 1 -name ".grader-*" -type f -mmin +{STALE_S // 60} -exec rm -f -- {{}} +'
"""Removes the files of killed runs. Inside a container only their age distinguishes them from those of other runs."""


class TemporaryFile:
    """Written on the machine itself if its files are accessible, otherwise through the container's mount."""

    def __init__(self, machine: Machine, container: ContainerFact, bind: MountFact) -> None:
        self.machine = machine
        self._container = container
        self._bind = bind
        nonce = machine.nonce(f"drop {bind.target}")
        self.name = f".grader-{nonce}.txt"
        self.content = f"grader {nonce[::-1]}".encode()

    def __enter__(self) -> Self:
        self._is_outside = True
        try:
            self._is_outside = write_file(self.machine, self._machine_path, self.content)
            if not self._is_outside:
                self._copy_in()
        except KeyboardInterrupt:  # the file may already exist
            self._remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._remove()

    def move_to(self, container: ContainerFact) -> None:
        """The file is in a volume, which another container has now."""
        self._container = container

    def _remove(self) -> None:
        if self._is_outside:
            remove_file(self.machine, self._machine_path)
        else:
            self._run(_REMOVE_COMMAND, f"{self._bind.target}/{self.name}")

    def _run(self, command: str, path: str) -> CommandFact | None:
        return run_in_container(self.machine, self._container.id, "sh", "-c", command, path)

    @property
    def _machine_path(self) -> str:
        return f"{self._bind.source}/{self.name}"

    def _copy_in(self) -> None:
        # First try the command that removes it again: without that, nothing is written.
        removed = self._run(_REMOVE_COMMAND, f"{self._bind.target}/{self.name}")
        if removed is None or removed.exit_code != 0:
            raise ProbeFailed("cannot-drop", name=self._container.name, folder=self._bind.source)
        self._run(_SWEEP_COMMAND, self._bind.target)
        refusal = copy_inside(self.machine, self._container.id, self._bind.target, self.name, self.content)
        if refusal is not None and "no such file or directory" in refusal:
            # The container has mounted a folder that was deleted since: a new folder may have its path now.
            values = {"name": self._container.name, "inside": self._bind.target, "folder": self._bind.source}
            raise CheckFailed("mount-stale", evidence=(refusal,), **values)
        if refusal is not None:
            raise ProbeFailed("cannot-drop", name=self._container.name, folder=self._bind.source, detail=refusal)
