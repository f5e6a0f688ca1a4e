"""Clones a repository as data: no program of the repository's is run, no file of ours is read, nothing is followed."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.errors import GraderError
from grader.machine.text import visible
from grader.repository.bounded import Ended, Limits, run_bounded
from grader.repository.tools import find_tool, plain_environment
from grader.repository.watch import Quota, QuotaOn

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CloneLimits", "CloneRefused", "clone"]

_ADDRESS: Final = re.compile(
    r"(?:https?|ssh)://[^\s\0-\x1f]+|[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:[^\s\0-\x1f-][^\s\0-\x1f]*"
)
"""The addresses of a git server. `ext::…` runs a command, `file://…` reads any folder, a leading `-` is an option."""

_SETTINGS: Final = {
    "core.hooksPath": "/dev/null",  # hooks of a template or of the system
    "core.fsmonitor": "false",  # a program that `git status` starts
    "core.symlinks": "true",  # links are kept as links, and judged by whoever follows them
    "core.protectNTFS": "true",
    "core.protectHFS": "true",
    "core.attributesFile": "/dev/null",
    "filter.lfs.smudge": "",  # a large file stays the small text that stands for it
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


class CloneRefused(GraderError):
    """The repository cannot be had. The text says why, and what was tried."""


def clone(
    source: str, target: Path, *, limits: CloneLimits | None = None, credentials: Mapping[str, str] | None = None
) -> str:
    """Clones the newest commit of `source` into the new folder `target`; gives that commit's id.

    `source` is an address (https, http, ssh) or the path of a repository on this machine. `credentials` are
    variables for git alone, such as `GIT_SSH_COMMAND`. Raises `CloneRefused`.
    """
    bounds = limits or CloneLimits()
    home = target.parent / f".grader-{target.name}-home"
    home.mkdir(mode=0o700, parents=True)
    try:
        protocols, address = _judged(source)
        env = plain_environment(
            home,
            GIT_CONFIG_NOSYSTEM="1",
            GIT_CONFIG_GLOBAL="/dev/null",
            GIT_TERMINAL_PROMPT="0",
            GIT_ASKPASS="/bin/false",
            GIT_LFS_SKIP_SMUDGE="1",
            GIT_ALLOW_PROTOCOL=protocols,
            GIT_SSH_COMMAND="ssh -oBatchMode=yes -oForwardAgent=no -oClearAllForwardings=yes -oConnectTimeout=20",
            **(credentials or {}),
        )
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        git = [find_tool("git", "Debian's git"), *settings]
        argv = [*git, "clone", "--depth=1", "--single-branch", "--no-tags", "--no-recurse-submodules", "--no-local"]
        done = run_bounded(
            [*argv, "--template=", "--quiet", "--", address, str(target)],
            env=env,
            cwd=home,
            limits=Limits(bounds.seconds, lines=4),
            watch=QuotaOn(bounds.quota, target),
        )
        if not done.succeeded:
            why = {Ended.TIME: f"not done after {bounds.seconds:g} s", Ended.WATCH: done.reason}.get(done.ended)
            _refuse(source, why or " · ".join(done.last_lines) or "git failed", target)
        # Between two looks a fast disk may have taken more than is allowed.
        if (reason := bounds.quota.exceeded(target, os.getpid())) and reason.startswith("disk"):
            _refuse(source, reason, target)
        head = run_bounded([*git, "rev-parse", "HEAD"], env=env, cwd=target, limits=Limits(10))
        commit = head.stdout.decode("ascii", "replace").strip()
        if not head.succeeded or not re.fullmatch(r"[0-9a-f]{40,64}", commit):
            _refuse(source, "it has no commit", target)
        return commit
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _judged(source: str) -> tuple[str, str]:
    """The protocols that git may use for `source`, and what git is told."""
    if _ADDRESS.fullmatch(source):
        return "https:http:ssh", source
    path = Path(source)
    if not source or source.startswith("-") or "::" in source or "\0" in source or not path.is_dir():
        raise CloneRefused(
            f"{visible(source)}: neither a folder here nor an address that starts with https:// or ssh://"
        )
    return "file", f"file://{path.resolve()}"


def _refuse(source: str, why: str, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    # An address may carry a password: what is behind `//` up to `@` is nobody's business.
    shown = re.sub(r"//[^/@\s]*@", "//…@", f"{source}: {why}")
    raise CloneRefused(f"cannot clone {visible(shown, 400)}")
