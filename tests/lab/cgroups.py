"""Control groups left by a killed engine: empty folders, in every hierarchy."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

HIERARCHIES = Path("/sys/fs/cgroup")


def remove_group(name: str) -> None:
    """Remove a control group and its children, if no process is left in them."""
    for hierarchy in (HIERARCHIES, *HIERARCHIES.iterdir()):
        top = hierarchy / name
        if top.is_dir():
            inner = [folder for folder in top.rglob("*") if folder.is_dir()]
            for folder in (*sorted(inner, reverse=True), top):
                with suppress(OSError):
                    folder.rmdir()
