"""Which program of this computer listens on a port. Source: `/proc`, on Linux."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Final

_LISTEN: Final = "0A"
_TABLES: Final = ("tcp", "tcp6")
_SOCKET: Final = re.compile(r"socket:\[(\d+)\]")


def find_listening_program(port: int, proc: Path = Path("/proc")) -> str:
    """The name of a program that listens there; empty if nobody does, or it belongs to another account."""
    inodes = {inode for table in _TABLES for inode in _listening_inodes(_read(proc / "net" / table), port)}
    if not inodes:
        return ""
    for process in proc.glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or belongs to another account
            for descriptor in (process / "fd").iterdir():
                found = _SOCKET.fullmatch(os.readlink(descriptor))  # noqa: PTH115 - the target is no path
                if found and found[1] in inodes:
                    return _read(process / "comm").strip()
    return ""


def _listening_inodes(table: str, port: int) -> list[str]:
    rows = (line.split() for line in table.splitlines()[1:])
    return [row[9] for row in rows if len(row) > 9 and row[3] == _LISTEN and row[1].endswith(f":{port:04X}")]


def _read(path: Path) -> str:
    with suppress(OSError):
        return path.read_text(encoding="utf-8", errors="replace")
    return ""
