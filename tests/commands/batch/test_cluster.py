"""The same batch on a Dask cluster: no result lost, none stored twice."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.commands.batch.batch import batch, begin_batch, results_in, without_times
from tests.lab.process import ending

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytest.importorskip("distributed", reason="the extra [cluster] is not installed")
pytestmark = [pytest.mark.live, pytest.mark.long]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two worker processes, as a school would start them."""
    where = tmp_path / "scheduler.json"
    options = ["--scheduler-file", str(where)]
    started = [_dask(["dask", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", *options], tmp_path)]
    started += [
        _dask(["dask", "worker", "--nthreads", "2", "--no-nanny", "--no-dashboard", *options], tmp_path)
        for _ in range(2)
    ]
    try:
        yield _address(where), started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


def _dask(words: list[str], folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "distributed.cli.dask_" + words[1], *words[2:]]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _address(file: Path) -> str:
    import json  # noqa: PLC0415

    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if file.exists() and file.stat().st_size:
            return str(json.loads(file.read_bytes())["address"])
        time.sleep(0.1)
    pytest.fail("the scheduler did not start")


def test_a_worker_killed_half_way_costs_nobody_anything(
    cluster: tuple[str, list[subprocess.Popen[bytes]]],
    roster: Callable[[int], Path],
    results: Path,
    tmp_path: Path,
) -> None:
    address, workers = cluster
    path = roster(20)
    with ending(begin_batch(path, results, "--scheduler", address)) as running:
        deadline = time.monotonic() + 60
        while len(list((results / "tp2").glob("*.json"))) < 5 and time.monotonic() < deadline:
            time.sleep(0.05)
        workers[0].kill()
        assert running.wait(120) == 0
    batch(path, tmp_path / "at-home")
    there = {name: without_times(result) for name, result in results_in(results).items()}
    here = {name: without_times(result) for name, result in results_in(tmp_path / "at-home").items()}
    assert there == here
    journal = (results / "tp2" / ".grader-journal").read_text(encoding="utf-8")
    assert journal.count('"event":"done"') == 20
