"""Recorded machines for campaigns: real ones, graded once on a real engine, then judged without it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.campaign.recorded_class import record_solutions, write_roster
from tests.lab import wipe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.lab import Engine


@pytest.fixture(scope="session")
def recorded(
    shared_engine: Engine, images: Callable[..., None], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """A recording of each of five solutions of tp2, by its name."""
    images("nginx", "ubuntu")
    wipe(shared_engine)
    return record_solutions(shared_engine, tmp_path_factory.mktemp("recordings"))


@pytest.fixture
def roster(recorded: dict[str, Path], tmp_path: Path) -> Callable[[int], Path]:
    """`roster(20)` writes a class list of twenty recorded machines."""
    return lambda size: write_roster(tmp_path / "class.csv", recorded, size)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    shutil.rmtree(folder, ignore_errors=True)
    return folder
