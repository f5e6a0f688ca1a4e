"""The engine of a machine over SSH; distinguishes its failures from those of the connection."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from grader.errors import MachineUnreachable
from grader.machine.transport.engine import EngineClient
from grader.machine.transport.engine_address import EngineAddress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.machine.question import Answer, EngineQuestion
    from grader.machine.transport.engine_version import EngineVersion
    from grader.machine.transport.ssh.master import SshMaster


class SshEngine:
    """Closing it also closes the SSH connection: the engine is the last thing to be asked."""

    def __init__(self, master: SshMaster, socket: str) -> None:
        """`socket`: the engine's socket on the machine."""
        self._master = master
        local = master.forward("engine", socket)
        self._client = EngineClient(EngineAddress(f"unix://{local}", master.where))
        self._lost: MachineUnreachable | None = None

    @property
    def version(self) -> EngineVersion:
        with self._explain_errors():
            return self._client.version

    def ask(self, question: EngineQuestion) -> Answer:
        with self._explain_errors():
            return self._client.ask(question)

    def stream_lines(self, question: EngineQuestion) -> Iterator[bytes]:
        with self._explain_errors():
            yield from self._client.stream_lines(question)

    def close(self) -> None:
        self._client.close()
        self._master.close()

    @contextmanager
    def _explain_errors(self) -> Iterator[None]:
        stderr_size = self._master.stderr_size
        try:
            yield
        except MachineUnreachable as error:
            self._lost = self._lost or self._explanation(error, stderr_size)
            raise self._lost from error

    def _explanation(self, error: MachineUnreachable, stderr_size: int) -> MachineUnreachable:
        lost = self._master.lost_reason()
        if lost or error.code not in {"engine-lost", "engine-silent"}:
            return lost or error
        refusal = self._master.forwarding_refusal(stderr_size)
        if not refusal:
            return error
        # For a socket `sshd` gives the same reason whether nobody listens or forwarding is prohibited; not for a port.
        prohibited = self._master.forwarding_prohibition()
        if prohibited:
            return MachineUnreachable("ssh-no-forwarding", where=self._master.where, detail=prohibited)
        return MachineUnreachable("ssh-engine-stopped", where=self._master.where, detail=refusal)
