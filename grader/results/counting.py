"""Which of a student's attempts counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grader.course_table.table import AttemptRule
    from grader.results.attempts import Attempt


def _mark(attempt: Attempt) -> float | None:
    return attempt.result.mark


def counted_attempt(
    attempts: Sequence[Attempt], rule: AttemptRule, mark: Callable[[Attempt], float | None] = _mark
) -> Attempt | None:
    """The attempt that counts among those that have a mark, else the last one; `None` if there is none at all.

    `mark` may be less than the attempt's own, such as after a penalty. Of several best attempts the first counts: the
    others were not needed.
    """
    marked = [attempt for attempt in attempts if mark(attempt) is not None]
    if not marked:
        return attempts[-1] if attempts else None
    match rule:
        case "first":
            return marked[0]
        case "last":
            return marked[-1]
        case "best":
            return max(marked, key=lambda attempt: mark(attempt) or 0.0)
        case _:
            assert_never(rule)
