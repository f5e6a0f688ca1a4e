"""Mutation test: breaks each exercise's checks in one place at a time, and counts what its recordings detect."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final

from benchmarks.figure import Figure
from tests.lab.mutants import Mutant
from tests.lab.process import print_progress
from tests.replays.mutation import is_caught_by_tests, run_mutants
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.common import BenchmarkSettings

NOT_DETECTABLE: Final = {
    "exercises/tp1/test_1_ubuntu.py: not called: expect(background).to_stay_up(for_s=2)": (
        "matters only for a container that ends within these two seconds: its solution would depend on the clock"
    ),
    "exercises/tp3/test_3_layers.py: not called: expect(container).to_stay_up(for_s=2)": "the same",
    "exercises/tp3/test_3_layers.py: not called: expect(site).to_be_published()": (
        "`to_answer` gives the same diagnoses; this line gives them without waiting"
    ),
}
"""Mutants that no solution can detect, with the reason."""


def detected_mutants(_setting: BenchmarkSettings) -> Iterator[Figure]:
    """Needs no engine: see `tests/recordings`."""
    exercises = sorted(path.parent.name for path in ROOT.glob("exercises/tp*/exercise.toml"))
    caught: dict[tuple[str, int, int, str], bool] = {}
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        for exercise, tried in zip(exercises, pool.map(run_mutants, exercises), strict=True):
            yield Figure(f"{exercise}: places of its suite and its checks broken, one at a time", len(tried))
            yield Figure("of these, detected by its own solutions", sum(bool(one.caught_by) for one in tried))
            for one in tried:
                place = (str(one.path.relative_to(ROOT)), one.mutant.line, one.mutant.number, one.mutant.description)
                caught[place] = caught.get(place, False) or bool(one.caught_by)
        missed = sorted(place for place, is_caught in caught.items() if not is_caught)
        by_tests = dict(zip(missed, pool.map(_is_detected_by_tests, missed), strict=True))
    for (path, line, _, what), is_caught in by_tests.items():
        if not is_caught:
            reason = NOT_DETECTABLE.get(f"{path}: {what}", "add a solution or a test that detects it")
            print_progress(f"  not detected: {path}:{line} {what}: {reason}")
    yield Figure("places broken, in all exercises", len(caught))
    yield Figure("of these, detected by a solution of any exercise", sum(caught.values()))
    detected = sum(caught.values()) + sum(by_tests.values())
    yield Figure(
        "detected by a solution, or by the module's own tests",
        100 * detected / len(caught),
        "%",
        "at least 95",
        "`benchmarks/mutation.py` names the others, with the reason",
    )


def _is_detected_by_tests(place: tuple[str, int, int, str]) -> bool:
    path, line, number, what = place
    return is_caught_by_tests(ROOT / path, Mutant(number, line, what))
