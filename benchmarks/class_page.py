"""The page of a class of 500 students, written, then opened in a browser."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from benchmarks.figure import Figure
from tests.lab.process import print_progress, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.common import BenchmarkSettings


def class_page(_: BenchmarkSettings) -> Iterator[Figure]:
    print_progress("bench: the page of a class of 500 students…")
    opening = json.loads(run([sys.executable, "-m", "tests.reports.html.opening"], limit_s=180).stdout)
    note = f"its thread was busy for {opening['busy_s']:.2f} s of it"
    yield Figure(f"opening it, {opening['students']} students", opening["opened_s"], "s", "under 2", note)
    yield Figure("its size", opening["bytes"] / 1024**2, "MiB")
    yield Figure("writing it from the results", opening["made_s"], "s")
