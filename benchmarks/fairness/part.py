"""The part of the benchmarks: a table with a line per exercise, and what deviates, in words."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final

from benchmarks.fairness.operators import OPERATORS
from benchmarks.fairness.tally import ExerciseTally, Tally, tally
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
    "points given undeservedly",
    "deserved points lost",
    "causes named rightly",
    "plain suite: undeserved",
    "plain suite: deserved, lost",
)


def fairness(
    _setting: BenchmarkSettings | None = None, exercises: Sequence[str] = EXERCISES
) -> Iterator[Figure | Table]:
    """Needs no engine: see `tests/recordings`."""
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        counted = list(pool.map(tally, exercises))
    for one in counted:
        for deviation, points in sorted(one.deviations.items()):
            print_progress(f"  {one.exercise}: {deviation}: {points} points")
    yield Table(list(_HEAD), [_row(one) for one in [*counted, _sum(counted)]])
    yield from _figures(_sum(counted), set().union(*(one.operators for one in counted)))


def _figures(whole: ExerciseTally, used: set[str]) -> Iterator[Figure]:
    checks, plain = whole.checks, whole.plain
    mistakes = len({one.name for one in OPERATORS if one.is_mistake} & used)
    yield Figure(
        "operators", len(used), "", "at least 40", f"{mistakes} mistakes; the others change nothing that matters"
    )
    yield Figure(
        "states", whole.states, "", "at least 1,500", f"{whole.left_out} more need an answer that nobody recorded"
    )
    yield Figure("points given undeservedly", checks.undeserved, "", "0", f"of {checks.given:,} given")
    yield Figure("deserved points lost", _percent(checks.withheld, checks.deserved), "%", "under 0.1")
    yield Figure("causes named rightly", _percent(checks.named, checks.failures), "%", "at least 97")
    yield Figure(
        "the plain suite: points given undeservedly", _percent(plain.undeserved, plain.given), "%", "", "of those given"
    )
    yield Figure("the plain suite: deserved points lost", _percent(plain.withheld, plain.deserved), "%")


def _row(one: ExerciseTally) -> list[str]:
    checks, plain = one.checks, one.plain
    return [
        one.exercise,
        f"{one.bases}",
        f"{one.states:,}",
        f"{checks.undeserved:,} of {checks.given:,}",
        f"{checks.withheld:,} of {checks.deserved:,}",
        f"{checks.named:,} of {checks.failures:,}",
        f"{_percent(plain.undeserved, plain.given):.1f} %",
        f"{_percent(plain.withheld, plain.deserved):.1f} %",
    ]


def _sum(counted: Sequence[ExerciseTally]) -> ExerciseTally:
    whole = ExerciseTally("all")
    for one in counted:
        whole.bases += one.bases
        whole.states += one.states
        whole.left_out += one.left_out
        for total, part in ((whole.checks, one.checks), (whole.plain, one.plain)):
            _add(total, part)
    return whole


def _add(total: Tally, part: Tally) -> None:
    for name, value in vars(part).items():
        setattr(total, name, getattr(total, name) + value)


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0
