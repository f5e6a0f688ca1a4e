"""`docker buildx` for the lab: no Python package has it, so it comes from a package of Debian's, beside Compose."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.submission.sandbox.programs import find_buildx
from tests.lab import debian_packages
from tests.lab.process import LabError, on_host_network, print_progress, run

if TYPE_CHECKING:
    from tests.lab.lab_folder import Lab

_PROGRAM: Final = Path("usr/libexec/docker/cli-plugins/docker-buildx")
_SUITE: Final = "sid"
"""The stable Debians have one that is too old for Compose; this one runs on all of them."""


def lay_out_buildx(lab: Lab) -> Path:
    """The program, put beside this Python unless the machine has it. Raises `LabError` if it cannot be had."""
    with lab.locked("buildx"):
        if find_buildx() is None:
            shutil.copy(_cached_program(lab), Path(sys.executable).parent / _PROGRAM.name)
            find_buildx.cache_clear()
    found = find_buildx()
    if found is None:
        raise LabError("docker buildx does not run here")
    return found


def _cached_program(lab: Lab) -> Path:
    cached = lab.cache / _PROGRAM.name
    if not cached.exists():
        mmdebstrap = debian_packages.require_program("mmdebstrap", "mmdebstrap", "debian-archive-keyring")
        print_progress("fetching docker buildx (a Debian package, once)…")
        with tempfile.TemporaryDirectory(dir=lab.root) as folder:
            root = Path(folder, "root")
            options = ["--quiet", "--variant=extract", "--format=directory", f"--include={_PROGRAM.name}"]
            mirror = ['--aptopt=Acquire::Check-Valid-Until "false"']  # a mirror may keep an older state
            run(on_host_network([mmdebstrap, *options, *mirror, _SUITE, root]), limit_s=600)
            shutil.move(root / _PROGRAM, cached)
    return cached
