"""Opens the transport for each kind of machine URL."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.errors import MachineUnreachable
from grader.machine.recording.format import read_recording
from grader.machine.recording.replay import Replay
from grader.machine.transport.compose import LocalCompose, NoCompose
from grader.machine.transport.engine_address import resolve_engine
from grader.machine.transport.files import LocalFiles, NoFiles
from grader.machine.transport.interface import DirectTransport, TransportFacts
from grader.machine.transport.own_container import (
    MountedCompose,
    MountedFiles,
    is_in_container,
    read_shared_folders,
)
from grader.machine.transport.socket_owner import is_local_engine
from grader.roster.machine_url import MachineUrl

if TYPE_CHECKING:
    from grader.machine.transport.engine_address import EngineAddress
    from grader.machine.transport.interface import ComposeTransport, FileTransport, Transport

MACHINE_DEADLINE_S: Final = 180.0
"""Seconds that all questions to one machine may take."""


def open_transport(
    url: MachineUrl,
    ssh_config: Path | None = None,
    deadline_s: float = MACHINE_DEADLINE_S,
    *,
    files: FileTransport | None = None,
    compose: ComposeTransport | None = None,
) -> Transport:
    """The transport to the machine at `url`. Raises `MachineUnreachable` if that is known at once.

    `ssh_config`: a file for `ssh -F`, instead of the user's own. `files` and `compose` replace the
    machine's own, for a submission that was brought up on this computer.
    """
    if url.scheme == "recording":
        return Replay(read_recording(Path(url.path or "")), str(url))
    address = resolve_engine(url, os.environ)
    if isinstance(address, MachineUrl):
        if sys.platform == "win32":  # its OpenSSH cannot share a connection
            raise MachineUnreachable("ssh-on-windows", where=str(address))
        from grader.machine.transport.ssh.connect import open_ssh_transport  # noqa: PLC0415 - needs what only POSIX has

        return open_ssh_transport(address, ssh_config, deadline_s)
    # Over SSH they are imported while the machine answers.
    from grader.machine.transport.engine import EngineClient  # noqa: PLC0415
    from grader.machine.transport.http import SiteClient  # noqa: PLC0415

    facts = TransportFacts(address.display_name, address.context, address.host)
    engine, sites = EngineClient(address), SiteClient(address.host)
    is_local = files is None and _is_local(address)
    if is_local:
        files, compose = LocalFiles(), compose or LocalCompose(address)
    elif files is None and not address.host and is_in_container():
        folders = read_shared_folders()
        files = MountedFiles(LocalFiles(), folders)
        compose = compose or MountedCompose(LocalCompose(address), folders)
    files, compose = files or NoFiles(), compose or NoCompose()
    return DirectTransport(facts, engine, sites, files, deadline_s, compose=compose, is_local=is_local)


def _is_local(address: EngineAddress) -> bool:
    """Whether the folders that the engine names are on this computer: only then are they read."""
    return not address.host and (address.socket is None or is_local_engine(address.socket))
