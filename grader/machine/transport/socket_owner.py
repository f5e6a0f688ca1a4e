"""Tells an engine of this computer from one of which only the socket is here.

The folders and files that an engine names are read on this computer only if the engine runs here. A socket that
`ssh` forwards leads to another computer. The engine of another account (rootless Docker on a shared server) may be a
program of that account, which can answer anything.
"""

from __future__ import annotations

import os
import socket
import struct
from pathlib import Path
from typing import Final

from grader.machine.transport.compose_trust import trusted_accounts
from grader.machine.transport.own_container import is_in_container

_FORWARDERS: Final = {"ssh", "sshd", "sshd-session", "socat"}
_WITHIN_S: Final = 2.0
_CREDENTIALS: Final = struct.Struct("3i")
_INVISIBLE: Final = 0
"""The id that the kernel gives to a process that is not visible here."""


def is_local_engine(path: Path) -> bool:
    """False if another account listens there, or a program that forwards to another computer or is outside a container.

    Only Linux knows who listens: on other systems, and if nobody listens, the answer is True.
    """
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
            asking.settimeout(_WITHIN_S)
            asking.connect(str(path))
            credentials = asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    except (OSError, ValueError):
        return True  # the question to the engine will report why
    pid, account, _ = _CREDENTIALS.unpack(credentials)
    # Outside of a container as well, with WSL, whose engine runs in another distribution but names paths of this one.
    if pid == _INVISIBLE and is_in_container():
        return False
    return account in trusted_accounts() and _program_name(pid) not in _FORWARDERS


def _program_name(pid: int) -> str:
    """Its name; empty for a process that has ended or is not visible in this container."""
    try:
        return os.fsdecode(Path(f"/proc/{pid}/comm").read_bytes()).strip()
    except OSError:
        return ""
