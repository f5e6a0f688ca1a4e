"""The sandbox: namespaces for every program that reads or runs what a student wrote.

bubblewrap (Debian's package of that name) makes it. Inside there is the system's `/usr`, a few public files of `/etc`,
and what the caller mounts: no home, no checkout, no results, no process, no environment and no network of ours. When
the program ends, the kernel ends all that it started.

It does not contain what a script can do to the engine's machine through the engine. That is why a script
runs only on a disposable engine.
"""

from __future__ import annotations

import json
import os
import secrets
import select
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.errors import GraderError
from grader.programs.bounded import FinishedProgram, Limits, run_bounded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

_FIRST_UID, _UIDS = 60_001, 5_000
"""Ids that no distribution gives away, and few enough to exist inside a container's own id range."""
_NAMESPACES: Final = ("--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try")
_SYSTEM_FOLDERS: Final = ("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32")
_ETC_FILES: Final = (
    *("alternatives", "bash.bashrc", "ca-certificates", "group", "hosts", "ld.so.cache", "ld.so.conf"),
    *("ld.so.conf.d", "localtime", "nsswitch.conf", "passwd", "profile", "resolv.conf", "ssl"),
)
_END_S: Final = 10.0
_SWITCH_USER_CAPABILITIES: Final = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")
_WRITE_ANY_FILE_CAPABILITIES: Final = ("CAP_DAC_OVERRIDE", "CAP_FOWNER")

_RESOURCES: Final = {
    "nproc": 512,  # threads; `docker compose` needs some forty
    "fsize": 512 * 1024 * 1024,
    "nofile": 1024,
    "core": 0,
    "data": 2 * 1024 * 1024 * 1024,  # bytes of memory of one process, even between two looks of the watch
}


class NoSandboxError(GraderError):
    """No sandbox can be made on this machine. The text says why, and what would help."""


@dataclass(frozen=True, slots=True)
class Mount:
    """A file, folder or socket that is shown inside."""

    source: Path
    target: Path
    is_writable: bool = False


@dataclass(frozen=True, slots=True)
class Sandbox:
    """How programs are started inside; one for each submission."""

    launcher: tuple[str, ...]
    uid: int | None
    """The user that programs run as; `None` if they run as this user in a user namespace."""
    tmp: Path
    """A folder of this run's, on the disk: `/tmp` inside, so that what is written there is counted."""
    resource_limits: Mapping[str, int] = field(default_factory=lambda: dict(_RESOURCES))
    """By their names in prlimit(1)."""

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        mounts: Sequence[Mount],
        limits: Limits,
        watch: Callable[[int], str | None] = lambda _: None,
        network: bool = False,
        may_write_any_file: bool = False,
    ) -> FinishedProgram:
        """Runs `argv` in the folder `cwd` inside, and returns when it has ended.

        `network`: with the network of this machine, for a program of ours that must reach a server.
        `may_write_any_file`: as root without any other right, for a program of ours that acts as `docker run` by root.
        No folder is on the command line outside: bubblewrap reads its options from a descriptor.
        """
        with self.prepared(
            argv, cwd=cwd, env=env, mounts=mounts, network=network, may_write_any_file=may_write_any_file
        ) as (command, options):
            info_read, info_write = os.pipe()
            command[1:1] = ["--info-fd", str(info_write)]
            try:
                return run_bounded(
                    command, env={}, cwd=Path("/"), limits=limits, watch=watch, pass_fds=(options, info_write)
                )
            finally:
                os.close(info_write)
                _wait_for_last_process(info_read)

    @contextmanager
    def prepared(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        mounts: Sequence[Mount],
        network: bool = False,
        may_write_any_file: bool = False,
    ) -> Iterator[tuple[list[str], int]]:
        """The command line to start with an empty environment in `/`, and the descriptor that it needs open."""
        options = self._options(cwd, env, mounts, network=network, may_write_any_file=may_write_any_file)
        with os.fdopen(os.memfd_create("sandbox"), "wb") as given:
            given.write(b"".join(os.fsencode(option) + b"\0" for option in options))
            given.flush()
            given.seek(0)
            yield self._command(argv, given.fileno(), may_write_any_file=may_write_any_file), given.fileno()

    def _command(self, argv: Sequence[str], options: int, *, may_write_any_file: bool) -> list[str]:
        limits = [f"--{name}={value}:{value}" for name, value in self.resource_limits.items()]
        become = ["/usr/bin/setpriv", "--no-new-privs"]
        if self.uid is not None and not may_write_any_file:
            become += [
                f"--reuid={self.uid}",
                f"--regid={self.uid}",
                "--clear-groups",
                "--inh-caps=-all",
                "--bounding-set=-all",
            ]
        return [*self.launcher, "--args", str(options), "--", "/usr/bin/prlimit", *limits, *become, *argv]

    def chown_to_sandbox(self, path: Path) -> None:
        """Give everything under `path` to the user that programs run as."""
        if self.uid is not None:
            _chown_tree(path, self.uid, self.uid)

    def chown_back(self, path: Path) -> None:
        """Give everything under `path` back to this user."""
        if self.uid is not None:
            _chown_tree(path, os.geteuid(), os.getegid())

    def _options(
        self, cwd: Path, env: Mapping[str, str], mounts: Sequence[Mount], *, network: bool, may_write_any_file: bool
    ) -> list[str]:
        options = [*_NAMESPACES, "--die-with-parent", "--new-session", "--clearenv", "--hostname", "sandbox"]
        if not network:
            options.append("--unshare-net")
        if self.uid is not None:
            options += ["--cap-drop", "ALL"]
            for capability in _WRITE_ANY_FILE_CAPABILITIES if may_write_any_file else _SWITCH_USER_CAPABILITIES:
                options += ["--cap-add", capability]
        options += _system_options()
        options += [
            "--bind",
            str(self.tmp),
            "/tmp",  # noqa: S108 - the one inside
            *_folder_options("/run"),
            *_folder_options("/var"),
            "--symlink",
            "/run",
            "/var/run",
        ]
        for mount in mounts:
            for above in reversed(mount.target.parents):
                options += _folder_options(str(above))
            options += ["--bind" if mount.is_writable else "--ro-bind", str(mount.source), str(mount.target)]
        for name, value in env.items():
            options += ["--setenv", name, value]
        # Nothing that is neither counted nor removed may be written: the root and /dev are memory.
        return [*options, "--remount-ro", "/", "--remount-ro", "/dev", "--chdir", str(cwd)]


def make_sandbox(tmp: Path, uid: int | None = None) -> Sandbox:
    """A sandbox for one submission, with `tmp` as its `/tmp`. Raises `NoSandboxError` if that is impossible.

    `uid`: of the sandbox that owns the submission's files already; by default a new one.
    """
    launcher = _launcher()
    if uid is None and os.geteuid() == 0:
        uid = _FIRST_UID + secrets.randbelow(_UIDS)
    tmp.chmod(0o1777)
    return Sandbox(launcher, uid, tmp)


@cache
def _launcher() -> tuple[str, ...]:
    program = shutil.which("bwrap")
    if program is None:
        raise NoSandboxError("repository.no-bubblewrap")
    test_run = subprocess.run(
        [
            program,
            *_NAMESPACES,
            "--unshare-net",
            *_system_options(),
            "--",
            "/usr/bin/setpriv",
            "--no-new-privs",
            "true",
        ],
        capture_output=True,
        timeout=20,
        check=False,
        cwd="/",
    )
    if test_run.returncode != 0:
        why = test_run.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:200]
        raise NoSandboxError("repository.no-namespaces", detail=why)
    return (program,)


def _wait_for_last_process(info: int) -> None:
    """Waits until no process is left inside: the kernel ends them after bubblewrap, not with it."""
    with os.fdopen(info, "rb") as information:
        try:
            first = int(json.loads(information.read())["child-pid"])
            process = os.pidfd_open(first)
        except (ValueError, LookupError, TypeError, OSError):  # it never started, or is gone already
            return
    try:
        select.select([process], [], [], _END_S)
    finally:
        os.close(process)


def _chown_tree(path: Path, uid: int, gid: int) -> None:
    os.lchown(path, uid, gid)
    for _, folders, files, folder in os.fwalk(path):
        for name in (*folders, *files):
            os.chown(name, uid, gid, dir_fd=folder, follow_symlinks=False)


def _folder_options(path: str) -> list[str]:
    """Options for a folder that everybody may enter; by default only root could."""
    return ["--perms", "0755", "--dir", path]


def _system_options() -> list[str]:
    """The system's programs and what they need to start."""
    options: list[str] = []
    for name in _SYSTEM_FOLDERS:
        source = Path("/", name)
        if source.is_symlink():
            options += ["--symlink", str(source.readlink()), str(source)]
        elif source.is_dir():
            options += ["--ro-bind", str(source), str(source)]
    options += _folder_options("/etc")
    for name in _ETC_FILES:
        source = Path("/etc", name)
        if source.exists():
            options += ["--ro-bind", str(source.resolve()), str(source)]
    return [*options, "--proc", "/proc", "--dev", "/dev"]
