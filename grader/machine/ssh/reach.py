"""A machine over SSH: its engine, its sites and its files, all through one connection of OpenSSH's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from testinfra.host import Host

from grader.machine.link import DirectLink, LinkFacts
from grader.machine.ssh.backend import BoundedSsh
from grader.machine.ssh.compose import SshCompose
from grader.machine.ssh.engine import SshEngine
from grader.machine.ssh.files import SshFiles
from grader.machine.ssh.master import open_master
from grader.machine.ssh.sites import SshSites
from grader.machine.ssh.sockets import engine_socket, where_is_the_engine

if TYPE_CHECKING:
    from pathlib import Path

    from grader.roster.machine_url import MachineUrl

__all__ = ["reach_over_ssh"]


def reach_over_ssh(url: MachineUrl, config: Path | None, deadline_s: float) -> DirectLink:
    """The link to the machine at `url`. `config`: a file for `ssh -F`. Raises `MachineUnreachable`."""
    master, answer = open_master(url, config, where_is_the_engine(url))
    try:
        socket = engine_socket(url, master.user, answer)
        engine, host = SshEngine(master, socket), Host(BoundedSsh(master))
        files = SshFiles(host)
        return DirectLink(
            LinkFacts(str(url)),
            engine,
            SshSites(master, engine, files),
            files,
            deadline_s,
            compose=SshCompose(host, socket),
        )
    except BaseException:
        master.close()
        raise
