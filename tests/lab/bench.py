"""Figures, measured side by side in one run: `make bench` prints them and writes `bench.json`.

Ratios, never seconds alone: this machine's speed is not the grader's.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.desk import ROOT, Desk
from tests.lab import Lab, ensure_images, wipe
from tests.lab.hold import held_engine
from tests.lab.process import say

if TYPE_CHECKING:
    from collections.abc import Callable

_TIMES = 7
_LEAN = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest")
"""Plugins of our own development, which users do not have: left out on both sides."""


def main() -> int:
    os.chdir(ROOT)
    lab = Lab.at(ROOT / ".lab")
    figures: dict[str, float] = {}
    with held_engine(lab) as engine, tempfile.TemporaryDirectory(prefix="grader-bench-") as place:
        ensure_images(engine, lab, ("nginx", "ubuntu"))
        wipe(engine)
        desk = Desk(engine, Path(place))
        try:
            _screen_run(desk, Path(place), figures)
        finally:
            wipe(engine)
    for name, value in figures.items():
        sys.stdout.write(f"{name:<60} {value:8.2f}\n")
    (ROOT / "bench.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def _screen_run(desk: Desk, place: Path, figures: dict[str, float]) -> None:
    """The whole process of `pytest exercises/tp2` on a settled machine, beside pytest on one empty test."""
    say("bench: tp2's reference, settled…")
    desk.do_tp2()
    desk.grade()
    (place / "empty").mkdir()
    (place / "empty" / "test_empty.py").write_text("def test_nothing():\n    pass\n", encoding="utf-8")

    def tp2() -> None:
        done = desk.pytest("-q", *_LEAN)
        if done.returncode:
            raise RuntimeError(done.stdout)

    def empty() -> None:
        command = [sys.executable, "-m", "pytest", "-q", *_LEAN, "-p", "no:pytest11.testinfra"]
        subprocess.run([*command, str(place / "empty")], cwd=place / "empty", capture_output=True, check=True)

    def inert() -> float:
        """Seconds that importing the plugin takes, over what importing pytest takes."""
        code = (
            "import pytest, time; from importlib import import_module; began = time.perf_counter(); "
            "import_module('grader.plugin'); print(time.perf_counter() - began)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=place)
        return float(done.stdout)

    ours, theirs = _side_by_side(tp2, empty)
    figures["pytest exercises/tp2, over pytest on one empty test"] = ours / theirs
    figures["the inert plugin in somebody else's project, in ms"] = 1000 * statistics.median(
        inert() for _ in range(_TIMES)
    )


def _side_by_side(one: Callable[[], None], other: Callable[[], None]) -> tuple[float, float]:
    """The medians of both, taken in turn."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(_TIMES):
        for call, times in zip((one, other), taken, strict=True):
            began = time.perf_counter()
            call()
            times.append(time.perf_counter() - began)
    return statistics.median(taken[0]), statistics.median(taken[1])


if __name__ == "__main__":
    sys.exit(main())
