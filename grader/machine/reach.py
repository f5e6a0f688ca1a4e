"""From an address to a link: how each kind of machine is reached."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.errors import MachineUnreachable
from grader.machine.address import resolved
from grader.machine.compose import LocalCompose, NoCompose
from grader.machine.engine import EngineClient
from grader.machine.files import LocalFiles, NoFiles
from grader.machine.link import DirectLink, LinkFacts
from grader.machine.recording import read_recording
from grader.machine.replay import Replay
from grader.machine.sites import SiteClient
from grader.machine.socket_owner import is_of_this_computer
from grader.roster.machine_url import MachineUrl

if TYPE_CHECKING:
    from grader.machine.address import EngineAddress
    from grader.machine.link import Compose, Files, Link

__all__ = ["MACHINE_S", "reach"]

MACHINE_S: Final = 180.0
"""Seconds that all the asking of one machine may take."""


def reach(
    url: MachineUrl,
    ssh_config: Path | None = None,
    deadline_s: float = MACHINE_S,
    *,
    files: Files | None = None,
    compose: Compose | None = None,
) -> Link:
    """The link to the machine at `url`. Raises `MachineUnreachable` where that can be told at once.

    `ssh_config`: a file for `ssh -F`, instead of the user's own. `files` and `compose` answer in the place of the
    machine's own, for a submission that was brought up from here.
    """
    if url.scheme == "recording":
        return Replay(read_recording(Path(url.path or "")), str(url))
    address = resolved(url, os.environ)
    if isinstance(address, MachineUrl):
        if sys.platform == "win32":  # its OpenSSH cannot share a connection
            raise MachineUnreachable("ssh-on-windows", where=str(address))
        from grader.machine.ssh.reach import reach_over_ssh  # noqa: PLC0415 - needs what only POSIX has

        return reach_over_ssh(address, ssh_config, deadline_s)
    facts = LinkFacts(address.shown, address.context, address.host)
    engine, sites = EngineClient(address), SiteClient(address.host)
    is_here = files is None and _is_here(address)
    files = files or (LocalFiles() if is_here else NoFiles())
    compose = compose or (LocalCompose(address) if is_here else NoCompose())
    return DirectLink(facts, engine, sites, files, deadline_s, compose=compose, is_here=is_here)


def _is_here(address: EngineAddress) -> bool:
    """Whether the folders that the engine tells of are this computer's: only then is anything looked up by them."""
    return not address.host and (address.socket is None or is_of_this_computer(address.socket))
