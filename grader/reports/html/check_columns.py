"""The columns of the class page: every check in the results, and how many passed it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.messages import Words
    from grader.reports.result import CheckResult, ResultFile

VERDICTS = ("passed", "failed", "blocked", "error", "skipped")


@dataclass(frozen=True)
class CheckColumn:
    number: int
    """From 1, in the order of the suite."""
    id: str
    title: Words
    max_points: int
    tally: Mapping[str, int]
    """How many graded students have each verdict, in the order of `VERDICTS`."""
    graded: int
    """How many graded students had this check in their version of the suite."""


def check_columns(results: Sequence[ResultFile]) -> tuple[CheckColumn, ...]:
    """One column per check, in the order of the results; only graded students are counted."""
    first: dict[str, CheckResult] = {}
    verdicts: dict[str, Counter[str]] = {}
    for result in results:
        for check in result.checks:
            first.setdefault(check.id, check)
            verdicts.setdefault(check.id, Counter())[check.verdict] += result.status == "graded"
    return tuple(
        CheckColumn(
            number=number,
            id=check.id,
            title=check.title,
            max_points=check.max_points,
            tally={verdict: verdicts[check.id][verdict] for verdict in VERDICTS},
            graded=verdicts[check.id].total(),
        )
        for number, check in enumerate(first.values(), start=1)
    )
