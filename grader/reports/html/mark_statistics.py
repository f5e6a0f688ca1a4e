"""Statistics of the marks of a class. Students who were not graded have no mark and are not included."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.reports.result import ResultFile

_BINS = 20
"""One bar per mark out of 20; about as many for other scales."""


@dataclass(frozen=True)
class MarkBin:
    start: int
    """The lowest mark of the bar."""
    end: int
    """The first mark above the bar; `start + 1` if a bar is one mark wide."""
    final: int
    provisional: int


@dataclass(frozen=True)
class MarkStatistics:
    """A provisional mark counts with the points that are certain, so these figures can only rise."""

    graded: int
    provisional: int
    out_of: int
    mean: float
    median: float
    quartiles: tuple[float, float]
    lowest: float
    highest: float
    half_or_more: int
    """How many have at least half of `out_of`."""
    bins: tuple[MarkBin, ...]

    @property
    def tallest(self) -> int:
        return max(bar.final + bar.provisional for bar in self.bins)


def mark_statistics(results: Iterable[ResultFile]) -> MarkStatistics | None:
    """The statistics of those who have a mark; `None` if nobody has one."""
    marked = [(result.mark, result) for result in results if result.status == "graded" and result.mark is not None]
    if not marked:
        return None
    out_of = max(1, marked[0][1].out_of)
    # Clamped, because a result file that the grader did not write may contain any number.
    marks = [min(max(mark, 0.0), float(out_of)) for mark, _ in marked]
    low, _, high = statistics.quantiles(marks, n=4, method="inclusive") if len(marks) > 1 else marks * 3
    return MarkStatistics(
        graded=len(marks),
        provisional=sum(result.provisional for _, result in marked),
        out_of=out_of,
        mean=statistics.fmean(marks),
        median=statistics.median(marks),
        quartiles=(low, high),
        lowest=min(marks),
        highest=max(marks),
        half_or_more=sum(mark >= out_of / 2 for mark in marks),
        bins=_bins(zip(marks, (result.provisional for _, result in marked), strict=True), out_of),
    )


def _bins(marks: Iterable[tuple[float, bool]], out_of: int) -> tuple[MarkBin, ...]:
    width = math.ceil(out_of / _BINS)
    last = out_of // width
    bars = Counter((int(mark // width), provisional) for mark, provisional in marks)
    return tuple(
        MarkBin(bar * width, (bar + 1) * width, final=bars[bar, False], provisional=bars[bar, True])
        for bar in range(last + 1)
    )
