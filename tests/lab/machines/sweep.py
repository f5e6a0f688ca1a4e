"""Removes a group of machines, even if its owner was killed, which a free lock shows."""

from __future__ import annotations

import fcntl
import shutil
import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from tests.lab.cgroups import remove_group
from tests.lab.machines.network import namespaces_of, processes_in, remove
from tests.lab.machines.start import shared_folder
from tests.lab.process import LabError, end_process, run, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.lab.lab_folder import Lab

END_LIMIT_S = 20
REMOVE_LIMIT_S = 300
KEPT = "kept"
"""Marks a group that was started to be used by hand, and stays without an owner."""


@contextmanager
def owned_group(lab: Lab, name: str) -> Iterator[Path]:
    """The folder of a new group, whose machines are removed at the end of the `with` block."""
    folder = groups(lab) / name
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise LabError(f"another process uses the machines of {folder}") from taken
        sweep(lab, folder)
        try:
            yield folder
        finally:
            sweep(lab, folder)
            shutil.rmtree(folder)


def groups(lab: Lab) -> Path:
    folder = lab.root / "groups"
    folder.mkdir(exist_ok=True)
    return folder


def sweep_orphans(lab: Lab, *, kept: bool = False) -> None:
    """Remove every group whose owner has ended; those for use by hand only on request."""
    for folder in groups(lab).iterdir():
        if (folder / KEPT).exists() and not kept:
            continue
        with (folder / "lock").open("wb") as lock, suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            sweep(lab, folder)
            shutil.rmtree(folder)


def sweep(lab: Lab, folder: Path) -> None:
    """Kill the processes in a group's namespaces, and remove the namespaces and files."""
    try:
        switch = (folder / "switch").read_text(encoding="ascii")
    except FileNotFoundError:
        return
    namespaces = namespaces_of(switch)

    def alive() -> list[int]:
        return [pid for namespace in namespaces for pid in processes_in(namespace)]

    # With a machine's process 1 the kernel kills everything in it, containers included.
    for pid in alive():
        end_process(pid, signal.SIGKILL)
    wait_until("the machines to be gone", lambda: not alive(), END_LIMIT_S)
    remove(namespaces, switch)
    remove_group(switch)
    for left in (folder / "machines", shared_folder(lab, switch)):
        run(["rm", "-rf", left], limit_s=REMOVE_LIMIT_S)
    (folder / "switch").unlink()
