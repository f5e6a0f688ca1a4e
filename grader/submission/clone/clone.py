"""Clones a repository as data: runs nothing of it, reads no other file, follows no link."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.errors import GraderError
from grader.programs.bounded import EndReason, Limits
from grader.programs.temporary_folder import temporary_folder
from grader.programs.tools import find_tool, plain_environment
from grader.submission.clone import ssh_relay as relay_program
from grader.submission.clone.ssh_relay import is_ssh, ssh_relay
from grader.submission.sandbox.programs import grader_mounts
from grader.submission.sandbox.quota import FolderQuota, Quota
from grader.submission.sandbox.sandbox import Mount, make_sandbox
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.programs.bounded import FinishedProgram

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


def clone(source: str, target: Path, *, limits: CloneLimits | None = None) -> str:
    """Clone the newest commit of `source` into the new folder `target`, and return its id.

    `source` is an address (https, http, ssh) or the path of a repository on this machine. git runs in the sandbox, and
    has the network only for a server behind HTTP. Raises `CloneFailed`, and `NoSandboxError` if there is none.
    """
    bounds = limits or CloneLimits()
    protocols, address = parse_source(source)
    with temporary_folder("grader-git-") as private, ExitStack() as opened:
        git = _Git(private, protocols)
        if is_ssh(address):
            opened.enter_context(ssh_relay(address, git.ssh_socket, plain_environment(private)))
        done = git.run(
            ["clone", "--depth=1", "--single-branch", "--no-tags", "--no-recurse-submodules", "--no-local"],
            ["--template=", "--quiet", "--", address, str(git.clone)],
            limits=Limits(bounds.seconds, lines=4),
            watch=FolderQuota(bounds.quota, git.clone),
            readable=Path(address.removeprefix("file://")) if protocols == "file" else None,
            network=address.startswith(("http://", "https://")),
        )
        if not done.succeeded:
            if done.end_reason is EndReason.TIME_LIMIT:
                raise CloneFailed("repository.clone-time", source=_shown(source), seconds=f"{bounds.seconds:g}")
            raise _not_cloned(source, done.reason or " · ".join(done.last_lines) or f"git: {done.code}")
        # A fast disk may have exceeded the quota since the last look.
        if reason := bounds.quota.disk_exceeded(git.clone):
            raise _not_cloned(source, reason)
        head = git.run(["-C", str(git.clone), "rev-parse", "HEAD"], [], limits=Limits(10))
        commit = head.stdout.decode("ascii", "replace").strip()
        if not head.succeeded or not re.fullmatch(r"[0-9a-f]{40,64}", commit):
            raise CloneFailed("repository.no-commit", source=_shown(source))
        git.chown_clone_back()
        shutil.move(git.clone, target)
        return commit


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
