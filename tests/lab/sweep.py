"""Removes everything that the lab's engine made, even if it, or whoever started it, was killed."""

from __future__ import annotations

import hashlib
import shutil
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab import debian_packages, host_network
from tests.lab.cgroups import remove_group
from tests.lab.choose_engine import running_engine
from tests.lab.dockerd import pid_of
from tests.lab.loaded_images import remove_loaded_images
from tests.lab.machines.sweep import groups, sweep_orphans
from tests.lab.own_network import remove_network
from tests.lab.process import LabError, end_process, is_alive, print_progress, run, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.lab_folder import Lab

DAEMONS = ("dockerd", "containerd", "containerd-shim", "docker-proxy")
STOP_LIMIT_S = 20
SHIM_SOCKETS = Path("/run/containerd/s")


def sweep(lab: Lab) -> None:
    """Stop the lab's engine and machines, and remove the lab's folder."""
    sweep_orphans(lab, kept=True)
    if list(groups(lab).iterdir()):
        raise LabError(f"another process still uses the machines in {groups(lab)}: end it first")
    stop(lab)
    remove_loaded_images(lab)
    if lab.sockets != lab.root:
        shutil.rmtree(lab.sockets)
    shutil.rmtree(lab.root)


def stop(lab: Lab) -> None:
    """Stop the lab's engine: its containers first, then itself by pid, then what a killed one left."""
    pid = pid_of(lab)
    if pid:
        print_progress("stopping the lab's engine…")
        with suppress(LabError):
            _remove_containers(lab)
        end_process(pid, signal.SIGTERM)
        with suppress(LabError):
            wait_until("dockerd to end", lambda: not is_alive(pid), STOP_LIMIT_S)
    for left in (*_daemons(lab), *_container_processes(lab)):
        end_process(left, signal.SIGKILL)
    wait_until("killed processes to end", lambda: not [*_daemons(lab), *_container_processes(lab)], STOP_LIMIT_S)
    _unmount(lab)
    _remove_left_overs(lab)
    host_network.restore_network(lab)
    remove_network(lab)


def _remove_containers(lab: Lab) -> None:
    """Killed, not stopped: a shell as process 1 ignores SIGTERM for ten seconds."""
    engine = running_engine(lab)
    ids = engine.docker("ps", "--all", "--quiet").stdout.split() if engine else []
    if engine and ids:
        engine.docker("rm", "--force", "--volumes", *ids)
    if engine:
        engine.docker("network", "prune", "--force")


def _daemons(lab: Lab) -> Iterator[int]:
    """Processes of this lab's engine, recognised by a path that only they have on their command line."""
    marks = (str(lab.sockets / "exec"), str(lab.root / "data"))
    for process in _processes():
        with suppress(OSError):
            words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
            program = Path(words[0]).name
            if program.startswith(DAEMONS) and any(mark in word for mark in marks for word in words[1:]):
                yield int(process.name)


def _container_processes(lab: Lab) -> Iterator[int]:
    """Processes in containers of this lab's engine, recognised by the container's id in their control group's name."""
    ids = _containers(lab)
    for process in _processes() if ids else ():
        with suppress(OSError):
            groups = (process / "cgroup").read_text(encoding="utf-8")
            if any(f"/{name}" in groups for name in ids) and is_alive(int(process.name)):
                yield int(process.name)


def _containers(lab: Lab) -> list[str]:
    folder = lab.root / "data" / "containers"
    return [entry.name for entry in folder.iterdir()] if folder.is_dir() else []


def _remove_left_overs(lab: Lab) -> None:
    """What containers of a killed engine leave outside its folders: control groups, and a shim's socket."""
    for container in _containers(lab):
        remove_group(f"docker/{container}")
        address = f"{lab.sockets / 'exec'}/containerd/containerd.sock/moby/{container}"
        (SHIM_SOCKETS / hashlib.sha256(address.encode()).hexdigest()).unlink(missing_ok=True)


def _processes() -> Iterator[Path]:
    return (entry for entry in Path("/proc").iterdir() if entry.name.isdigit())


def _unmount(lab: Lab) -> None:
    """Unmount everything below the lab's folders, the innermost first."""
    with open("/proc/self/mountinfo", encoding="utf-8") as mounts:  # noqa: PTH123  # a path of the kernel
        points = [line.split()[4].replace("\\040", " ") for line in mounts]
    for point in reversed(points):
        if any(Path(point).is_relative_to(folder) for folder in (lab.root, lab.sockets)):
            run([debian_packages.require_program("umount", "mount"), "--lazy", point], check=False)
