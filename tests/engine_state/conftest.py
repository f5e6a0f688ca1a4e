"""A repository is read in a sandbox, which needs bubblewrap."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session", autouse=True)
def sandbox_program(bubblewrap: None) -> None:
    """Installs bubblewrap for every test of this folder."""
