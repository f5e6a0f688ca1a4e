"""The engine of a machine behind `ssh`: asked like any other, and its failures told apart from those of the way."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from grader.errors import MachineUnreachable
from grader.machine.address import EngineAddress
from grader.machine.engine import EngineClient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.machine.engine import EngineVersion
    from grader.machine.question import Answer, EngineQuestion
    from grader.machine.ssh.master import SshMaster

__all__ = ["SshEngine"]


class SshEngine:
    """Closes the connection with it: nothing else of the machine is asked after its engine."""

    def __init__(self, master: SshMaster, socket: str) -> None:
        """`socket`: the engine's own, on the machine."""
        self._master = master
        local = master.forward("engine", socket)
        self._client = EngineClient(EngineAddress(f"unix://{local}", master.where))
        self._lost: MachineUnreachable | None = None

    @property
    def version(self) -> EngineVersion:
        with self._explained():
            return self._client.version

    def ask(self, question: EngineQuestion) -> Answer:
        with self._explained():
            return self._client.ask(question)

    def lines(self, question: EngineQuestion) -> Iterator[bytes]:
        with self._explained():
            yield from self._client.lines(question)

    def close(self) -> None:
        self._client.close()
        self._master.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        said = self._master.said
        try:
            yield
        except MachineUnreachable as error:
            self._lost = self._lost or self._why(error, said)
            raise self._lost from error

    def _why(self, error: MachineUnreachable, said: int) -> MachineUnreachable:
        lost = self._master.why_lost()
        if lost or error.code not in {"engine-lost", "engine-silent"}:
            return lost or error
        refusal = self._master.refusal_since(said)
        if not refusal:
            return error
        # Of a socket `sshd` says the same whether nobody listens or it may not be forwarded; of a port it does not.
        prohibited = self._master.prohibition()
        if prohibited:
            return MachineUnreachable("ssh-no-forwarding", where=self._master.where, detail=prohibited)
        return MachineUnreachable("ssh-engine-stopped", where=self._master.where, detail=refusal)
