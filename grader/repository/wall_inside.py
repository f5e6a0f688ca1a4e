"""Runs inside new namespaces, as a program of its own: builds a small world, gives up its rights, starts the script.

`python -I -S wall_inside.py CONFIG`, started by `wall.py` through unshare(1); CONFIG is JSON, see `main`.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
# From <sys/mount.h> and <sys/prctl.h>.
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_REMOUNT, _MS_BIND, _MS_REC = 1, 2, 4, 32, 4096, 16384
_MNT_DETACH = 2
_PR_SET_NO_NEW_PRIVS = 38
_LOCKED_FLAGS = 1 | 2 | 4 | 8
"""Read-only, nosuid, nodev, noexec: those that a mount came with may not be taken from it in a user namespace."""

_SYSTEM = ("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32")
_ETC = (
    *("alternatives", "bash.bashrc", "ca-certificates", "group", "hosts", "ld.so.cache", "ld.so.conf"),
    *("ld.so.conf.d", "localtime", "nsswitch.conf", "passwd", "profile", "resolv.conf", "ssl"),
)
_DEVICES = ("null", "zero", "full", "random", "urandom")


def main() -> None:
    """Does as CONFIG says.

    Its keys: `world` (an empty folder), `area` (stays writable), `files` (file or socket: its place), `uid`, `limits`
    (resource: value), `cwd`, `env`, `argv`.
    """
    config = json.loads(sys.argv[1])
    _build(Path(config["world"]), Path(config["area"]), config["files"])
    for name, value in config["limits"].items():
        resource.setrlimit(getattr(resource, name), (value, value))
    if config["uid"] is not None:
        os.setgroups([])
        os.setresgid(config["uid"], config["uid"], config["uid"])
        os.setresuid(config["uid"], config["uid"], config["uid"])
    _called(_LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    os.chdir(config["cwd"])
    os.umask(0o022)
    os.execve(config["argv"][0], config["argv"], config["env"])  # noqa: S606  # no shell is wanted


def _build(world: Path, area: Path, files: dict[str, str]) -> None:
    """A world of the system's programs, a small /tmp and the area; then the old one is let go."""
    _mount("tmpfs", world, "tmpfs", _MS_NOSUID | _MS_NODEV, "size=1m,mode=755")
    for name in _SYSTEM:
        source = Path("/", name)
        if source.is_symlink():
            (world / name).symlink_to(source.readlink())
        elif source.is_dir():
            _bind(source, world / name, read_only=True)
    for name in _ETC:
        if Path("/etc", name).exists():
            _bind(Path("/etc", name).resolve(), world / "etc" / name, read_only=True)
    for name in _DEVICES:
        _bind(Path("/dev", name), world / "dev" / name)
    for name, target in (("fd", "/proc/self/fd"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        (world / "dev" / name).symlink_to(target)
    for name in ("proc", "tmp", "run", "var/tmp"):
        (world / name).mkdir(parents=True)
    (world / "var" / "run").symlink_to("/run")
    _mount("proc", world / "proc", "proc", _MS_NOSUID | _MS_NODEV)
    _mount("tmpfs", world / "tmp", "tmpfs", _MS_NOSUID | _MS_NODEV, "size=64m,nr_inodes=8k,mode=1777")
    _bind(area, world / area.relative_to("/"))
    for file, place in files.items():
        _bind(Path(file), world / Path(place).relative_to("/"), read_only=True)
    os.chdir(world)
    _called(_LIBC.pivot_root(b".", b"."), "pivot_root")
    _called(_LIBC.umount2(b".", _MNT_DETACH), "umount")
    os.chdir("/")


def _bind(source: Path, target: Path, *, read_only: bool = False) -> None:
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    _mount(str(source), target, None, _MS_BIND | _MS_REC)
    if read_only:
        kept = os.statvfs(target).f_flag & _LOCKED_FLAGS
        _mount(None, target, None, _MS_BIND | _MS_REMOUNT | _MS_RDONLY | kept)


def _mount(source: str | None, target: Path, kind: str | None, flags: int, options: str | None = None) -> None:
    words = [word.encode() if word is not None else None for word in (source, str(target), kind, options)]
    _called(_LIBC.mount(words[0], words[1], words[2], ctypes.c_ulong(flags), words[3]), f"mount {target}")


def _called(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


if __name__ == "__main__":
    main()
