"""Opens the transport to a machine over SSH: engine, sites and files through one OpenSSH connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.machine.transport.interface import DirectTransport, TransportFacts
from grader.machine.transport.ssh.engine_socket import engine_socket, engine_socket_question
from grader.machine.transport.ssh.master import open_master

if TYPE_CHECKING:
    from pathlib import Path

    from grader.roster.machine_url import MachineUrl


def open_ssh_transport(url: MachineUrl, config: Path | None, deadline_s: float) -> DirectTransport:
    """The transport to the machine at `url`. `config`: a file for `ssh -F`. Raises `MachineUnreachable`."""
    master, answer = open_master(url, config, engine_socket_question(url))
    try:
        from testinfra.host import Host  # noqa: PLC0415 - slow to import: connected first

        from grader.machine.transport.ssh.compose import SshCompose  # noqa: PLC0415 - as above
        from grader.machine.transport.ssh.engine import SshEngine  # noqa: PLC0415 - as above
        from grader.machine.transport.ssh.files import SshFiles  # noqa: PLC0415 - as above
        from grader.machine.transport.ssh.http import SshSiteClient  # noqa: PLC0415 - as above
        from grader.machine.transport.ssh.testinfra_backend import BoundedSshBackend  # noqa: PLC0415 - as above

        socket = engine_socket(url, master.user, answer)
        engine, host = SshEngine(master, socket), Host(BoundedSshBackend(master))
        files = SshFiles(host)
        return DirectTransport(
            TransportFacts(str(url)),
            engine,
            SshSiteClient(master, engine, files),
            files,
            deadline_s,
            compose=SshCompose(host, socket),
        )
    except BaseException:
        master.close()
        raise
