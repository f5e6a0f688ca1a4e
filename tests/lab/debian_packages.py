"""Debian packages, installed only if they are missing and if that is possible."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab.process import LabError, on_host_network, print_progress, run

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

INSTALL_LIMIT_S = 600
POLICY = Path("/usr/sbin/policy-rc.d")


def find_program(program: str) -> str | None:
    """The path of a program, even if root's program folders are not in `PATH`."""
    return shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")


def require_program(program: str, *packages: str) -> str:
    """The path of a program; installs these packages if it is missing. Raises `LabError` if that fails."""
    found = find_program(program)
    if found:
        return found
    names = " ".join(packages)
    if os.geteuid() != 0 or not find_program("apt-get"):
        raise LabError(f"`{program}` is missing: install {names}, or run this as root on Debian or Ubuntu")
    print_progress(f"installing {names} (Debian packages)…")
    with _no_service_started():
        done = _apt_get("install", *packages)
        if done.returncode:
            _apt_get("update")
            done = _apt_get("install", *packages)
    if done.returncode:
        raise LabError(f"`apt-get install {names}` failed: {done.stderr.strip()[-1000:]}")
    found = find_program(program)
    if not found:
        raise LabError(f"installed {names}, but `{program}` is still missing")
    return found


def _apt_get(verb: str, *packages: str) -> subprocess.CompletedProcess[str]:
    options = ["-qq", "--yes", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    command = on_host_network(["apt-get", verb, *options, *packages])
    return run(command, limit_s=INSTALL_LIMIT_S, env=environment, check=False)


@contextmanager
def _no_service_started() -> Iterator[None]:
    """Installing docker.io starts a system-wide engine, which nobody asked for, unless Debian's policy forbids it."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
    try:
        POLICY.chmod(0o755)
        yield
    finally:
        POLICY.unlink(missing_ok=True)  # another process may have written it at the same time
