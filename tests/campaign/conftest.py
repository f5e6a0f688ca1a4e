"""Recorded machines for campaigns: real ones, graded once on a real engine, then judged without it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from grader.grade import grade
from grader.machine.recording import encode_recording
from grader.rehearsal.solution import read_solutions
from grader.rehearsal.stage import Stage
from grader.roster.machine_url import parse_machine_url
from grader.scoring.suite import read_suite
from grader.settings import Settings
from tests.desk import ROOT
from tests.lab import wipe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.lab import Engine

RECORDED = ("reference", "port-reversed", "container-missing", "mount-missing", "index-default")


@pytest.fixture(scope="session")
def recorded(
    shared_engine: Engine, images: Callable[..., None], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """A recording of each of five solutions of tp2, by its name."""
    from grader.machine.address import EngineAddress  # noqa: PLC0415 - with the engine alone

    images("nginx", "ubuntu")
    wipe(shared_engine)
    folder = tmp_path_factory.mktemp("recordings")
    suite = read_suite(ROOT / "exercises" / "tp2")
    by_name = {solution.name: solution for solution in read_solutions(suite)}
    stage = Stage(EngineAddress(shared_engine.url, shared_engine.url))
    settings = Settings(machine=parse_machine_url(shared_engine.url), record=True)
    found = {}
    for name in RECORDED:
        with stage.brought_up(by_name[name], suite):
            graded = grade(suite, settings)
        assert graded.recording is not None
        found[name] = folder / f"{name}.recording"
        found[name].write_bytes(encode_recording(graded.recording))
    stage.close()
    return found


@pytest.fixture
def roster(recorded: dict[str, Path], tmp_path: Path) -> Callable[[int], Path]:
    """`roster(20)` writes a class list of twenty recorded machines."""

    def write(size: int) -> Path:
        path = tmp_path / "class.csv"
        names = list(recorded)
        lines = [f"e{number:05},recording:{recorded[names[number % len(names)]]}" for number in range(size)]
        path.write_text("\n".join(["id,machine", *lines]) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    shutil.rmtree(folder, ignore_errors=True)
    return folder
