"""A temporary file in a mounted folder, to see whether it is served; it is removed again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

from grader.checks.mistake import Mistake
from grader.errors import ProbeFailed
from grader.machine.traces import STALE_S
from grader.probes.commands import CommandFact, run_inside
from grader.probes.machine_files import remove_file, write_file
from grader.probes.mounts import copy_inside

if TYPE_CHECKING:
    from types import TracebackType

    from grader.machine.machine import Machine
    from grader.probes.container_json import ContainerFact
    from grader.probes.mounts import MountFact

__all__ = ["Drop"]

_REMOVE: Final = 'rm -f -- "$0"'
_SWEEP: Final = f'find "$0" -maxdepth 1 -name ".grader-*" -type f -mmin +{STALE_S // 60} -exec rm -f -- {{}} +'
"""Removes the files of killed runs. Inside a container only their age distinguishes them from those of other runs."""


class Drop:
    """Written on the machine itself if its files are at hand, otherwise through the container's side of the mount."""

    def __init__(self, machine: Machine, container: ContainerFact, bind: MountFact) -> None:
        self.machine = machine
        self._container = container
        self._bind = bind
        nonce = machine.nonce(f"drop {bind.inside}")
        self.name = f".grader-{nonce}.txt"
        self.content = f"grader {nonce[::-1]}".encode()

    def __enter__(self) -> Self:
        self._is_outside = True
        try:
            self._is_outside = write_file(self.machine, self._outside, self.content)
            if not self._is_outside:
                self._put()
        except KeyboardInterrupt:  # the file may already exist
            self._take_away()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._take_away()

    def _take_away(self) -> None:
        if self._is_outside:
            remove_file(self.machine, self._outside)
        else:
            self._run(_REMOVE, f"{self._bind.inside}/{self.name}")

    def _run(self, command: str, path: str) -> CommandFact | None:
        return run_inside(self.machine, self._container.id, "sh", "-c", command, path)

    @property
    def _outside(self) -> str:
        return f"{self._bind.source}/{self.name}"

    def _put(self) -> None:
        # First try the command that removes it again: without that, nothing is written.
        removed = self._run(_REMOVE, f"{self._bind.inside}/{self.name}")
        if removed is None or removed.exit_code != 0:
            raise ProbeFailed("cannot-drop", name=self._container.name, folder=self._bind.source)
        self._run(_SWEEP, self._bind.inside)
        refusal = copy_inside(self.machine, self._container.id, self._bind.inside, self.name, self.content)
        if refusal is not None and "no such file or directory" in refusal:
            # The container has mounted a folder that was deleted since: a new folder may have its path now.
            values = {"name": self._container.name, "inside": self._bind.inside, "folder": self._bind.source}
            raise Mistake("mount-stale", evidence=(refusal,), **values)
        if refusal is not None:
            raise ProbeFailed("cannot-drop", name=self._container.name, folder=self._bind.source, detail=refusal)
