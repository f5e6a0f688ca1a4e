"""From an address to a link: how each kind of machine is reached."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.machine.address import engine_address
from grader.machine.compose import LocalCompose
from grader.machine.engine import EngineClient
from grader.machine.files import LocalFiles, NoFiles
from grader.machine.link import DirectLink, LinkFacts
from grader.machine.recording import read_recording
from grader.machine.replay import Replay
from grader.machine.sites import SiteClient

if TYPE_CHECKING:
    from grader.machine.link import Link
    from grader.roster.machine_url import MachineUrl

__all__ = ["MACHINE_S", "reach"]

MACHINE_S: Final = 180.0
"""Seconds that all the asking of one machine may take."""


def reach(url: MachineUrl, deadline_s: float = MACHINE_S) -> Link:
    """The link to the machine at `url`. Raises `MachineUnreachable` where that can be told at once."""
    if url.scheme == "recording":
        return Replay(read_recording(Path(url.path or "")), str(url))
    address = engine_address(url, os.environ)
    facts = LinkFacts(address.shown, address.context, address.host)
    files = NoFiles() if address.host else LocalFiles()
    engine, sites = EngineClient(address), SiteClient(address.host)
    return DirectLink(facts, engine, sites, files, deadline_s, compose=LocalCompose(address))
