"""The page of a class of 500 students, written, then opened in a browser."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from benchmarks.figure import Figure
from tests.lab.process import run, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.setting import Setting

__all__ = ["class_page"]


def class_page(_: Setting) -> Iterator[Figure]:
    say("bench: the page of a class of 500 students…")
    opening = json.loads(run([sys.executable, "-m", "tests.reports.page.opening"], limit_s=180).stdout)
    note = f"its thread was busy for {opening['busy_s']:.2f} s of it"
    yield Figure(f"opening it, {opening['students']} students", opening["opened_s"], "s", "under 2", note)
    yield Figure("its size", opening["bytes"] / 1024**2, "MiB")
    yield Figure("writing it from the results", opening["made_s"], "s")
