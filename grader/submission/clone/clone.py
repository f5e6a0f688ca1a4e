"""Clones a repository as data: runs nothing of it, reads no other file, follows no link."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.errors import GraderError
from grader.programs.bounded import EndReason, Limits
from grader.programs.temporary_folder import temporary_folder
from grader.programs.tools import find_tool, plain_environment
from grader.submission.clone import ssh_relay as relay_program
from grader.submission.clone.push_log import read_pushes
from grader.submission.clone.ssh_relay import is_ssh, ssh_relay
from grader.submission.sandbox.programs import grader_mounts
from grader.submission.sandbox.quota import FolderQuota, Quota
from grader.submission.sandbox.sandbox import Mount, make_sandbox
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grader.programs.bounded import FinishedProgram
    from grader.submission.clone.push_log import Push

_GIT_ADDRESS: Final = re.compile(
    r"(?:https?|ssh)://[^\s\0-\x1f]+|[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:[^\s\0-\x1f-][^\s\0-\x1f]*"
)
"""The addresses of a git server. `ext::…` runs a command, `file://…` reads any folder, a leading `-` is an option."""

_SSH_SOCKET: Final = "/run/ssh.sock"
_GIT_CONFIG: Final = {
    "core.hooksPath": "/dev/null",  # hooks of a template or of the system
    "core.fsmonitor": "false",  # a program that `git status` starts
    "core.symlinks": "true",  # links are kept as links, and judged by whoever follows them
    "core.protectNTFS": "true",
    "core.protectHFS": "true",
    "core.attributesFile": "/dev/null",
    "filter.lfs.smudge": "",  # a large file stays the small text in its place
    "filter.lfs.process": "",
    "filter.lfs.required": "false",
    "submodule.recurse": "false",
    "fetch.recurseSubmodules": "false",
    "fetch.fsckObjects": "true",  # malformed trees, `.git` as a file's name, …
    "transfer.bundleURI": "false",  # data from a second address
    "protocol.allow": "never",
    "http.followRedirects": "initial",
    "credential.helper": "",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "advice.detachedHead": "false",
    "init.templateDir": "",
}


@dataclass(frozen=True, slots=True)
class CloneLimits:
    seconds: float = 120.0
    quota: Quota = field(default_factory=lambda: Quota(disk_bytes=256 << 20, files=20_000, memory_bytes=1 << 30))


class CloneFailed(GraderError):
    """The repository cannot be cloned. The text says why, and what was tried."""


@dataclass(frozen=True, slots=True)
class ClonedCommit:
    id: str
    at: datetime
    """UTC: when it was pushed, if the server says so, else what the commit says, which its author can change."""
    is_by_server: bool


def clone(
    source: str,
    target: Path,
    *,
    until: datetime | None = None,
    pushes: Sequence[Push] = (),
    limits: CloneLimits | None = None,
) -> ClonedCommit:
    """Clone the newest commit of `source`, or the last one before `until`, into the new folder `target`.

    `pushes`: what its server says of the pushes to its main branch; a repository on this machine has a log of them.
    `source` is an address (https, http, ssh) or the path of a repository on this machine. git runs in the sandbox, and
    has the network only for a server behind HTTP. Raises `CloneFailed`, and `NoSandboxError` if there is none.
    """
    bounds = limits or CloneLimits()
    protocols, address = parse_source(source)
    local = Path(address.removeprefix("file://")) if protocols == "file" else None
    # Of the whole history only the commits of the main branch are needed, and no old file is checked out.
    depth = ["--no-checkout"] if until else ["--depth=1"]
    with temporary_folder("grader-git-") as private, ExitStack() as opened:
        git = _Git(private, protocols)
        if is_ssh(address):
            opened.enter_context(ssh_relay(address, git.ssh_socket, plain_environment(private)))
        done = git.run(
            ["clone", *depth, "--single-branch", "--no-tags", "--no-recurse-submodules", "--no-local"],
            ["--template=", "--quiet", "--", address, str(git.clone)],
            limits=Limits(bounds.seconds, lines=4),
            watch=FolderQuota(bounds.quota, git.clone),
            readable=local,
            network=address.startswith(("http://", "https://")),
        )
        if not done.succeeded:
            if done.end_reason is EndReason.TIME_LIMIT:
                raise CloneFailed("repository.clone-time", source=_shown(source), seconds=f"{bounds.seconds:g}")
            raise _not_cloned(source, done.reason or " · ".join(done.last_lines) or f"git: {done.code}")
        commit = _chosen_commit(git, source, until, read_pushes(local) if local else pushes)
        if until:
            checked_out = git.run(
                ["-C", str(git.clone), "checkout", "--quiet", "--detach", commit.id],
                [],
                limits=Limits(bounds.seconds),
                watch=FolderQuota(bounds.quota, git.clone),
            )
            if not checked_out.succeeded:
                raise _not_cloned(source, checked_out.reason or f"git checkout: {checked_out.code}")
        # A fast disk may have exceeded the quota since the last look.
        if reason := bounds.quota.disk_exceeded(git.clone):
            raise _not_cloned(source, reason)
        git.chown_clone_back()
        shutil.move(git.clone, target)
        return commit


def _chosen_commit(git: _Git, source: str, until: datetime | None, pushes: Sequence[Push]) -> ClonedCommit:
    """The commit to grade: by the server's clock if it is known, else by the moments in the commits."""
    if until:
        pushed = [push for push in pushes if push.at <= until]
        # A commit that was pushed away again is not in the clone.
        if pushed and git.show(pushed[-1].commit):
            return ClonedCommit(pushed[-1].commit, pushed[-1].at, is_by_server=True)
        if pushes and not pushed:
            raise CloneFailed("repository.no-commit-before", source=_shown(source), until=f"{until:%Y-%m-%d %H:%M} UTC")
    found = git.show("HEAD", until)
    if found is None:
        if until and git.show("HEAD"):
            raise CloneFailed("repository.no-commit-before", source=_shown(source), until=f"{until:%Y-%m-%d %H:%M} UTC")
        raise CloneFailed("repository.no-commit", source=_shown(source))
    push = next((push for push in reversed(pushes) if push.commit == found[0]), None)
    return ClonedCommit(found[0], push.at if push else found[1], is_by_server=push is not None)


class _Git:
    """git in the sandbox, with settings and an environment made from nothing."""

    def __init__(self, private: Path, protocols: str) -> None:
        self._home, self._work, tmp = private / "home", private / "work", private / "tmp"
        for folder in (self._home, self._work, tmp):
            folder.mkdir(mode=0o755)
        private.chmod(0o755)
        (self._home / "gitconfig").write_text("[safe]\n\tdirectory = *\n", encoding="ascii")  # whoever owns the folder
        self._sandbox = make_sandbox(tmp)
        for folder in (self._home, self._work):
            self._sandbox.chown_to_sandbox(folder)
        self._protocols = protocols
        self.ssh_socket = private / "s"
        self.clone = self._work / "clone"

    def show(self, revision: str, until: datetime | None = None) -> tuple[str, datetime] | None:
        """A commit of the clone and its moment; the last one before `until`, if that is given. `None` without one."""
        before = [f"--before=@{int(until.timestamp())}"] if until else []
        done = self.run(
            ["-C", str(self.clone), "log", "-1", "--first-parent", "--format=%H %ct", *before, revision, "--"],
            [],
            limits=Limits(30),
        )
        found = re.fullmatch(r"([0-9a-f]{40,64}) ([0-9]{1,11})\s*", done.stdout.decode("ascii", "replace"))
        return (found[1], datetime.fromtimestamp(int(found[2]), UTC)) if done.succeeded and found else None

    def chown_clone_back(self) -> None:
        self._sandbox.chown_back(self.clone)

    def run(
        self,
        subcommand: list[str],
        arguments: list[str],
        *,
        limits: Limits,
        watch: Callable[[int], str | None] = lambda _: None,
        readable: Path | None = None,
        network: bool = False,
    ) -> FinishedProgram:
        settings = [part for name, value in _GIT_CONFIG.items() for part in ("-c", f"{name}={value}")]
        relay = shlex.join([sys.executable, "-I", "-S", str(Path(relay_program.__file__)), _SSH_SOCKET])
        mounts = [*grader_mounts(), Mount(self._home, self._home), Mount(self._work, self._work, is_writable=True)]
        if readable is not None:
            mounts.append(Mount(readable, readable))
        if self.ssh_socket.exists():
            mounts.append(Mount(self.ssh_socket, Path(_SSH_SOCKET)))
        return self._sandbox.run(
            [find_tool("git", "Debian's git"), *settings, *subcommand, *arguments],
            cwd=self._home,
            env=plain_environment(
                self._home,
                GIT_CONFIG_NOSYSTEM="1",
                GIT_CONFIG_GLOBAL=str(self._home / "gitconfig"),
                GIT_TERMINAL_PROMPT="0",
                GIT_ASKPASS="/bin/false",
                GIT_LFS_SKIP_SMUDGE="1",
                GIT_ALLOW_PROTOCOL=self._protocols,
                GIT_SSH_COMMAND=relay,
                GIT_SSH_VARIANT="ssh",
            ),
            mounts=mounts,
            limits=limits,
            watch=watch,
            network=network,
        )


def parse_source(source: str) -> tuple[str, str]:
    """Return the protocols that git may use for `source`, and the address to give it.

    Raises `CloneFailed` if it is neither an address nor a folder.
    """
    if _GIT_ADDRESS.fullmatch(source):
        return "https:http:ssh", source
    path = Path(source)
    if not source or source.startswith("-") or "::" in source or "\0" in source or not path.is_dir():
        raise CloneFailed("repository.not-an-address", source=escape_control_characters(source))
    return "file", f"file://{path.resolve()}"


def _not_cloned(source: str, why: str) -> CloneFailed:
    return CloneFailed("repository.not-cloned", source=_shown(source), detail=_shown(why))


def _shown(text: str) -> str:
    """Without a password: what is between `//` and `@` of an address is not shown."""
    return escape_control_characters(re.sub(r"//[^/@\s]*@", "//…@", text), 400)
