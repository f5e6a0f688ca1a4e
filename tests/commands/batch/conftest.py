"""Classes of recorded machines."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.commands.batch.recorded_class import write_roster

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def roster(recorded: dict[str, Path], tmp_path: Path) -> Callable[[int], Path]:
    """`roster(20)` writes a class list of twenty recorded machines."""
    return lambda size: write_roster(tmp_path / "class.csv", recorded, size)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    shutil.rmtree(folder, ignore_errors=True)
    return folder
