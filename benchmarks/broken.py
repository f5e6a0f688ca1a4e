"""Mutation test: breaks each exercise's checks in one place at a time, and counts what its recordings detect."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

from benchmarks.figure import Figure
from tests.desk import ROOT
from tests.lab.process import say
from tests.replays.broken import try_mutants

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.setting import Setting

__all__ = ["broken"]


def broken(_setting: Setting) -> Iterator[Figure]:
    """Needs no engine: see `tests/recordings`."""
    exercises = sorted(path.parent.name for path in ROOT.glob("exercises/tp*/exercise.toml"))
    caught: dict[tuple[str, int, int, str], bool] = {}
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        for exercise, tried in zip(exercises, pool.map(try_mutants, exercises), strict=True):
            yield Figure(f"{exercise}: places of its suite and its checks broken, one at a time", len(tried))
            yield Figure("of these, detected by its own solutions", sum(bool(one.caught_by) for one in tried))
            for one in tried:
                place = (str(one.path.relative_to(ROOT)), one.mutant.line, one.mutant.number, one.mutant.what)
                caught[place] = caught.get(place, False) or bool(one.caught_by)
    for (path, line, _, what), is_caught in sorted(caught.items()):
        if not is_caught:
            say(f"  not noticed: {path}:{line} {what}")
    yield Figure("places broken, in all exercises", len(caught))
    yield Figure("of these, detected by a solution of any exercise", sum(caught.values()), aim="95 %")
