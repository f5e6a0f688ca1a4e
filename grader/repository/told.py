"""A bring-up that failed is the first check's failure, with a diagnosis of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from grader.reports.of_ledger import hint_of, message_of
from grader.reports.results import Diagnosis, Words
from grader.repository.bounded import Ended
from grader.scoring.verdict import Outcome

if TYPE_CHECKING:
    from grader.reports.results import ResultFile
    from grader.repository.bring_up import BringUp
    from grader.repository.refusal import Refusal

__all__ = ["with_bring_up", "with_mistakes", "with_replaced_images"]


def with_bring_up(result: ResultFile, file: str, came_up: BringUp) -> ResultFile:
    """`result` with how the work came up, as evidence of its first check; the same where it came up well."""
    if came_up.succeeded:
        return result
    values = {"file": file}
    match came_up.ended:
        case Ended.BY_ITSELF:
            code, values = "bring-up-failed", values | {"exit_code": str(came_up.code)}
        case Ended.TIME:
            code, values = "bring-up-endless", values | {"seconds": f"{came_up.seconds:.0f}"}
        case Ended.OUTPUT | Ended.WATCH | Ended.NOT_STARTED:
            code, values = "bring-up-beyond-limits", values | {"detail": came_up.reason or came_up.ended.value}
    outcome = Outcome("failed", code, tuple(values.items()))
    return _first_failed(result, outcome, message_of(outcome), list(came_up.last_lines))


def with_mistakes(result: ResultFile, mistakes: tuple[Refusal, ...]) -> ResultFile:
    """`result` of an engine on which nothing was brought up, since the files of the work cannot be read."""
    first = mistakes[0]
    if first.rule == "nothing-to-bring-up":
        nothing = Outcome("failed", "bring-up-nothing", (("exercise", result.exercise),))
        return _first_failed(result, nothing, message_of(nothing), [])
    outcome = Outcome("failed", "bring-up-unreadable", (("detail", first.said("en")),))
    in_french = Outcome("failed", "bring-up-unreadable", (("detail", first.said("fr")),))
    french, english = message_of(in_french), message_of(outcome)
    message = Words(fr=french.fr, en=english.en) if french and english else None
    return _first_failed(result, outcome, message, [mistake.said("en") for mistake in mistakes[1:]])


def with_replaced_images(result: ResultFile, names: tuple[str, ...]) -> ResultFile:
    """`result` of an engine that was emptied, since the work had built something else under the course's `names`."""
    outcome = Outcome("failed", "bring-up-image-replaced", (("images", ", ".join(names)),))
    return _first_failed(result, outcome, message_of(outcome), [])


def _first_failed(result: ResultFile, outcome: Outcome, message: Words | None, evidence: list[str]) -> ResultFile:
    """The first check failed with `outcome`, and the mark that is left. A student without a mark still has none."""
    if result.status == "not-graded":
        return result
    first = replace(
        result.checks[0],
        verdict="failed",
        points=0,
        diagnosis=Diagnosis(code=outcome.code, values=dict(outcome.values)),
        message=message,
        hint=hint_of(outcome),
        blocked_by=None,
        evidence=evidence,
    )
    checks = [first, *result.checks[1:]]
    points = sum(check.points for check in checks)
    not_tried = sum(check.max_points for check in checks if check.verdict in {"skipped", "error"})
    return replace(
        result,
        checks=checks,
        points=points,
        mark=round(points * result.out_of / result.max_points, 2),
        not_tried_points=not_tried,
        provisional=not_tried > 0,
    )
