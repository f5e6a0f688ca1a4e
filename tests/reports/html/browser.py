"""Debian's Chromium, driven by Playwright: what `make test` installs for it, and how it is started."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab.debian_packages import require_program

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
    """Installs Chromium if it is missing, before the tests. Raises `LabError` if it cannot be installed."""
    require_program("chromium", *PACKAGES)


def launch(playwright: Playwright) -> Browser:
    if not CHROMIUM.exists():
        raise FileNotFoundError(f"no {CHROMIUM}: apt-get install {' '.join(PACKAGES)}")
    return playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
