"""The layers of the lab's images: one Debian root for all, and packages from PyPI on top."""

from __future__ import annotations

import hashlib
import platform
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab import debian_packages
from tests.lab.process import on_host_network, print_progress, run
from tests.lab.tar_entries import add_file, add_folder, add_link, plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.lab_folder import Lab

SUITE = "bookworm"
FETCH_LIMIT_S = 600
PYTHON = "3.11"
"""The version of Python in this release of Debian."""
PROGRAMS = """
    base-files base-passwd bash coreutils dash debianutils diffutils findutils grep gzip hostname libc-bin mawk procps
    sed tar haproxy nginx python3 redis-server
"""
# nginx's and haproxy's packages bring Perl but run without it. An image on this root must stay below 120 MB.
LEFT_OUT = """
    boot dev usr/bin/perl usr/bin/perl5.36.0 usr/include usr/share/bash-completion usr/share/doc usr/share/info
    usr/share/lintian usr/share/locale usr/share/man usr/share/perl usr/share/perl5 usr/share/zoneinfo
    var/cache var/lib/apt var/log/apt
"""
LEFT_OUT_ANYWHERE = ("/perl/", "/perl-base/", "/gconv/", "/libperl.so")
ACCOUNTS = {f"usr/share/base-passwd/{name}.master": f"etc/{name}" for name in ("passwd", "group")}
USERS = "nginx:101 redis:102 haproxy:103"
SITE_PACKAGES = f"usr/local/lib/python{PYTHON}/dist-packages"
PLATFORMS = ("manylinux_2_28", "manylinux_2_17", "manylinux2014")


def debian_root(lab: Lab) -> Path:
    """A small Debian with every program that the images need, as a tar file."""

    def make(folder: Path, made: Path) -> None:
        print_progress("making a small Debian root for the images (half a minute, once)…")
        raw = folder / "raw.tar"
        _extract(raw, *PROGRAMS.split())
        _remove_unneeded(raw, made)

    return _cached(lab, "debian", (), make)


def debian_program(lab: Lab, package: str, path: str) -> Path:
    """One program of a Debian package, as a tar file. The libraries that it needs must be in the Debian root."""

    def make(folder: Path, made: Path) -> None:
        print_progress(f"fetching {package} for the images…")
        raw = folder / "raw.tar"
        _extract(raw, package)
        with tarfile.open(raw) as source, tarfile.open(made, "w") as tar:
            entry = source.getmember(f"./{path}")
            tar.addfile(plain(entry), source.extractfile(entry))

    return _cached(lab, package, (package, path), make)


def pip_packages(lab: Lab, name: str, *packages: str) -> Path:
    """Packages from PyPI for the Debian root's Python, as a tar file."""

    def make(folder: Path, made: Path) -> None:
        print_progress(f"fetching {', '.join(packages)} for the images…")
        target = folder / "target"
        platforms = [f"--platform={kind}_{platform.machine()}" for kind in PLATFORMS]
        wanted = ["--only-binary=:all:", f"--python-version={PYTHON}", *platforms, f"--target={target}", "--no-compile"]
        pip = [sys.executable, "-m", "pip", "install", "--quiet", *wanted, *packages]
        run(on_host_network(pip), limit_s=FETCH_LIMIT_S)
        with tarfile.open(made, "w") as tar:
            tar.add(target, SITE_PACKAGES, filter=plain)

    return _cached(lab, name, packages, make)


def _extract(made: Path, *packages: str) -> None:
    """Write the files of these Debian packages, and of those that they depend on, to one tar file."""
    mmdebstrap = debian_packages.require_program("mmdebstrap", "mmdebstrap", "debian-archive-keyring")
    # `extract` runs no maintainer scripts: twice as fast, and only the users are missing.
    include = f"--include={','.join(packages)}"
    run(on_host_network([mmdebstrap, "--quiet", "--variant=extract", include, SUITE, made]), limit_s=FETCH_LIMIT_S)


def _cached(lab: Lab, name: str, packages: tuple[str, ...], make: Callable[[Path, Path], None]) -> Path:
    """The file that `make(empty folder, file)` creates, cached under a name that changes with its recipe."""
    recipe = Path(__file__).read_bytes() + repr((platform.machine(), packages)).encode()
    kept = lab.cache / f"{name}-{hashlib.sha256(recipe).hexdigest()[:12]}.tar"
    with lab.locked(kept.name):
        if not kept.exists():
            folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=lab.root))
            try:
                make(folder, folder / "made.tar")
                (folder / "made.tar").rename(kept)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    return kept


def _remove_unneeded(raw: Path, made: Path) -> None:
    """Remove what no image needs, and add the users that base-passwd's script would have created."""
    with tarfile.open(raw) as source, tarfile.open(made, "w") as tar:
        for entry in source:
            path = entry.name.removeprefix("./")
            content = source.extractfile(entry) if entry.isreg() else None
            if content and path in ACCOUNTS:
                add_file(tar, ACCOUNTS[path], content.read().decode() + _accounts(ACCOUNTS[path]))
            elif not _is_left_out(path):
                tar.addfile(entry, content)
        add_link(tar, "usr/bin/awk", "mawk")
        add_folder(tar, "dev")


def _accounts(file: str) -> str:
    shape = "{0}:x:{1}:{1}::/nonexistent:/usr/sbin/nologin\n" if file.endswith("passwd") else "{0}:x:{1}:\n"
    return "".join(shape.format(*person.split(":")) for person in USERS.split())


def _is_left_out(path: str) -> bool:
    if path.endswith("EXTERNALLY-MANAGED"):  # pip may install in a container
        return True
    return any(path == gone or path.startswith(f"{gone}/") for gone in LEFT_OUT.split()) or any(
        part in f"/{path}/" for part in LEFT_OUT_ANYWHERE
    )
