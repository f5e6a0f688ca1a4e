"""The mistakes of a class, the most frequent first, and who made them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.scoring.verdict import BARE_ASSERT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.reports.result import CheckResult, ResultFile, Verdict


@dataclass(frozen=True)
class FrequentMistake:
    code: str | None
    """The diagnosis; `None` for a bare `assert`, which is grouped by check."""
    who: tuple[int, ...]
    """Positions of the students in the class, each once."""
    check_ids: tuple[str, ...]
    example: CheckResult
    """The first one: its message has one student's values."""
    same_words: bool
    """True if every student got the same message, so that the example is not just an example."""


def frequent_mistakes(results: Sequence[ResultFile], verdict: Verdict = "failed") -> tuple[FrequentMistake, ...]:
    """The graded students' checks with this `verdict`, grouped by diagnosis, by number of students."""
    found: dict[tuple[str | None, str], list[tuple[int, CheckResult]]] = {}
    for row, result in enumerate(results):
        for check in result.checks if result.status == "graded" else ():
            if check.verdict == verdict:
                code = check.diagnosis.code if check.diagnosis and check.diagnosis.code != BARE_ASSERT else None
                found.setdefault((code, "" if code else check.id), []).append((row, check))
    mistakes = [_mistake(code, made) for (code, _), made in found.items()]
    return tuple(sorted(mistakes, key=lambda mistake: -len(mistake.who)))


def _mistake(code: str | None, made: Sequence[tuple[int, CheckResult]]) -> FrequentMistake:
    return FrequentMistake(
        code=code,
        who=tuple(dict.fromkeys(row for row, _ in made)),
        check_ids=tuple(dict.fromkeys(check.id for _, check in made)),
        example=made[0][1],
        same_words=all(check.message == made[0][1].message for _, check in made),
    )
