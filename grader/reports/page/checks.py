"""The columns of the class page: every check that a result knows, and how many passed it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.reports.results import CheckResult, ResultFile, Words

__all__ = ["VERDICTS", "Column", "columns_of"]

VERDICTS = ("passed", "failed", "blocked", "error", "skipped")


@dataclass(frozen=True)
class Column:
    number: int
    """From 1, in the order of the sheet."""
    id: str
    title: Words
    max_points: int
    tally: Mapping[str, int]
    """How many graded students have each verdict, in the order of `VERDICTS`."""
    graded: int
    """How many graded students the suite's version asked this of."""


def columns_of(results: Sequence[ResultFile]) -> tuple[Column, ...]:
    """One column a check, in the order in which the results name them; counted among the graded only."""
    first: dict[str, CheckResult] = {}
    verdicts: dict[str, Counter[str]] = {}
    for result in results:
        for check in result.checks:
            first.setdefault(check.id, check)
            verdicts.setdefault(check.id, Counter())[check.verdict] += result.status == "graded"
    return tuple(
        Column(
            number=number,
            id=check.id,
            title=check.title,
            max_points=check.max_points,
            tally={verdict: verdicts[check.id][verdict] for verdict in VERDICTS},
            graded=verdicts[check.id].total(),
        )
        for number, check in enumerate(first.values(), start=1)
    )
