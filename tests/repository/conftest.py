"""The samples are data, and the small exercise is graded, not tested: pytest looks for no tests in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lab.debian import need
from tests.repository.handins import Bench

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.lab import Engine

collect_ignore = ["hostile", "honest", "mistaken", "exercises"]


@pytest.fixture(scope="session", autouse=True)
def bubblewrap() -> None:
    """Every repository is read in a sandbox."""
    need("bwrap", "bubblewrap")


@pytest.fixture
def bench(engine: Engine, images: Callable[..., None], tmp_path: Path) -> Bench:
    images("ubuntu")
    return Bench(tmp_path, engine)
