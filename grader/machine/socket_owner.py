"""Who listens on a local socket: the engine of this computer, or one of which only the socket is here.

What an engine tells of folders and files is looked up on this computer only where it is this computer's. A socket that
`ssh` forwards leads to another one's, and the engine of another account (rootless Docker on a shared server) may be a
program of that account's own, which says what it likes.
"""

from __future__ import annotations

import os
import socket
import struct
from pathlib import Path
from typing import Final

from grader.machine.compose_trust import trusted_accounts

__all__ = ["is_of_this_computer"]

_FORWARDERS: Final = {"ssh", "sshd", "sshd-session", "socat"}
_WITHIN_S: Final = 2.0
_CREDENTIALS: Final = struct.Struct("3i")


def is_of_this_computer(path: Path) -> bool:
    """False where another account listens there, or a program that forwards to elsewhere.

    The kernel tells who listens on Linux alone: elsewhere, and where nobody listens, it is taken for this computer's.
    """
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
            asking.settimeout(_WITHIN_S)
            asking.connect(str(path))
            told = asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    except (OSError, ValueError):
        return True  # who asks the engine will say why nobody answers
    pid, account, _ = _CREDENTIALS.unpack(told)
    return account in trusted_accounts() and _program(pid) not in _FORWARDERS


def _program(pid: int) -> str:
    """Its name; empty for a process that is gone, or not to be seen from this container."""
    try:
        return os.fsdecode(Path(f"/proc/{pid}/comm").read_bytes()).strip()
    except OSError:
        return ""
