"""The part of the benchmarks: a table with a line per exercise, and what deviates, in words."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final

from benchmarks.fairness.operators import OPERATORS
from benchmarks.fairness.states import right_answer_names
from benchmarks.fairness.tally import ExerciseTally, tally
from benchmarks.figure import Figure, Table
from tests.lab.process import print_progress

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.common import BenchmarkSettings

TITLE: Final = "How often a mark is wrong"
EXERCISES: Final = tuple(f"tp{number}" for number in range(1, 9))
_HEAD: Final = (
    "exercise",
    "right answers",
    "states",
    "points given undeservedly, of those to be lost",
    "deserved points lost",
    "causes named rightly",
    "plain suite: given undeservedly",
    "plain suite: deserved points lost",
)


def fairness(
    _setting: BenchmarkSettings | None = None, exercises: Sequence[str] = EXERCISES, *, is_complete: bool = False
) -> Iterator[Figure | Table]:
    """Needs no engine: see `tests/recordings`. `is_complete`: also the states that are usually left out."""
    names = [name for exercise in exercises for name in right_answer_names(exercise)]
    names.sort(key=lambda name: not name.endswith("/reference"))  # they have most states
    counted = {exercise: ExerciseTally(exercise) for exercise in exercises}
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        for one in pool.map(partial(tally, is_complete=is_complete), names):
            counted[one.exercise].add(one)
    for one in counted.values():
        for deviation, points in sorted(one.deviations.items()):
            print_progress(f"  {one.exercise}: {deviation}: {points} points")
    whole = ExerciseTally("all")
    for one in counted.values():
        whole.add(one)
    yield Table(list(_HEAD), [_row(one) for one in (*counted.values(), whole)])
    yield from _figures(whole)


def _figures(whole: ExerciseTally) -> Iterator[Figure]:
    checks, plain = whole.checks, whole.plain
    mistakes = len({one.name for one in OPERATORS if one.is_mistake} & whole.operators)
    yield Figure(
        "operators",
        len(whole.operators),
        "",
        "at least 40",
        f"{mistakes} make a mistake, the others change nothing that matters",
    )
    yield Figure(
        "states",
        whole.states,
        "",
        "at least 1,500",
        f"recorded right answers, changed; {whole.left_out} more need an answer that nobody recorded",
    )
    yield Figure("right answers that are not used", whole.unusable, "", "", "their recordings do not suffice")
    yield Figure(
        "points that the oracle cannot judge",
        _percent(checks.unjudged, checks.tried),
        "%",
        "",
        "code of its own, which reads the engine's answers; mostly containers of another name",
    )
    yield Figure("points given undeservedly", checks.undeserved, "", "0", f"of {checks.lost:,} to be lost")
    yield Figure("deserved points lost", _percent(checks.withheld, checks.deserved), "%", "under 0.1")
    yield Figure(
        "causes named rightly",
        _percent(checks.named, checks.failures),
        "%",
        "at least 97",
        f"of {checks.failures:,} failed checks; where the oracle cannot tell which of several it is, any of them",
    )
    yield Figure(
        "a plain suite of testinfra and requests: points given undeservedly",
        _percent(plain.undeserved, plain.lost),
        "%",
        "",
        "of those to be lost, where it has a test",
    )
    yield Figure("the same suite: deserved points lost", _percent(plain.withheld, plain.deserved), "%")


def _row(one: ExerciseTally) -> list[str]:
    checks, plain = one.checks, one.plain
    return [
        one.exercise,
        f"{one.bases}",
        f"{one.states:,}",
        f"{checks.undeserved:,} of {checks.lost:,}",
        f"{checks.withheld:,} of {checks.deserved:,}",
        f"{checks.named:,} of {checks.failures:,}",
        f"{_percent(plain.undeserved, plain.lost):.1f} %",
        f"{_percent(plain.withheld, plain.deserved):.1f} %",
    ]


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0
