"""Debian's Chromium, driven by Playwright: what `make test` installs for it, and how it is started."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

PACKAGES = ("chromium", "fonts-dejavu-core", "fonts-liberation")
"""The fonts are for the pictures: without them the glyphs of the verdicts are empty boxes."""

CHROMIUM = Path("/usr/bin/chromium")

_FLAGS = (
    "--headless",
    "--no-sandbox",  # its sandbox does not start for root
    "--disable-gpu",
    # It would otherwise look for updates and accounts on the network, which the tests may not have.
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def install() -> None:
    """Brings the packages that are missing (as root, with Debian's packages in reach); for the lab's set-up."""
    asked = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", *PACKAGES]
    found = subprocess.run(asked, capture_output=True, check=False, text=True, timeout=60)
    if found.stdout != "installed" * len(PACKAGES):
        install_now = ["apt-get", "install", "--yes", "--no-install-recommends", *PACKAGES]
        subprocess.run(install_now, check=True, timeout=600)


def launch(playwright: Playwright) -> Browser:
    if not CHROMIUM.exists():
        raise FileNotFoundError(f"no {CHROMIUM}: apt-get install {' '.join(PACKAGES)}")
    return playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
