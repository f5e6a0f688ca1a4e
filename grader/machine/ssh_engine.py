"""The engine of a machine behind `ssh`: asked like any other, and its failures told apart from those of the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.errors import MachineUnreachable
from grader.machine.address import EngineAddress
from grader.machine.engine import EngineClient
from grader.machine.ssh_words import channel_refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.machine.engine import EngineVersion
    from grader.machine.question import Answer, EngineQuestion
    from grader.machine.ssh_master import SshMaster

__all__ = ["SshEngine"]


class SshEngine:
    """Closes the connection with it: nothing else of the machine is asked after its engine."""

    def __init__(self, master: SshMaster, socket: str) -> None:
        """`socket`: the engine's own, on the machine."""
        self._master = master
        local = master.forward("engine", socket)
        self._client = EngineClient(EngineAddress(f"unix://{local}", master.where))

    @property
    def version(self) -> EngineVersion:
        try:
            return self._client.version
        except MachineUnreachable as error:
            raise self._explained(error) from error

    def ask(self, question: EngineQuestion) -> Answer:
        try:
            return self._client.ask(question)
        except MachineUnreachable as error:
            raise self._explained(error) from error

    def lines(self, question: EngineQuestion) -> Iterator[bytes]:
        try:
            yield from self._client.lines(question)
        except MachineUnreachable as error:
            raise self._explained(error) from error

    def close(self) -> None:
        self._client.close()
        self._master.close()

    def _explained(self, error: MachineUnreachable) -> MachineUnreachable:
        lost = self._master.lost()
        if lost or error.code not in {"engine-lost", "engine-silent"}:
            return lost or error
        refusal = channel_refusal(self._master.words_since(0))
        if "administratively prohibited" in refusal:
            return MachineUnreachable("ssh-no-forwarding", where=self._master.where, detail=refusal)
        if refusal.startswith("connect failed"):
            return MachineUnreachable("engine-stopped", where=self._master.where, detail=refusal)
        return error
