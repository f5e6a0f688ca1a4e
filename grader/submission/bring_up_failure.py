"""Turns a failed bring-up into the failure of the first check, with its own diagnosis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from grader.messages import in_language, localized
from grader.programs.bounded import EndReason
from grader.reports.result import Diagnosis
from grader.reports.result_builder import hint_of, message_of
from grader.scoring.mark import scale_points
from grader.scoring.verdict import Outcome

if TYPE_CHECKING:
    from grader.messages import Language, Words
    from grader.programs.bounded import FinishedProgram
    from grader.reports.result import ResultFile
    from grader.submission.policy.findings import Refusal


def with_failed_bring_up(result: ResultFile, file: str, bring_up: FinishedProgram) -> ResultFile:
    """Return `result` with the failed bring-up as its first check's failure; unchanged if the bring-up succeeded."""
    if bring_up.succeeded:
        return result
    values = {"file": file}
    match bring_up.end_reason:
        case EndReason.EXITED:
            code, values = "bring-up-failed", values | {"exit_code": str(bring_up.code)}
        case EndReason.TIME_LIMIT:
            code, values = "bring-up-endless", values | {"seconds": f"{bring_up.seconds:.0f}"}
        case EndReason.OUTPUT_LIMIT | EndReason.STOPPED_BY_WATCH | EndReason.NOT_STARTED:
            code, values = "bring-up-beyond-limits", values | {"detail": bring_up.reason or bring_up.end_reason.value}
    outcome = Outcome("failed", code, tuple(values.items()))
    return _with_first_check_failed(result, outcome, message_of(outcome), list(bring_up.last_lines))


def with_invalid_files(result: ResultFile, mistakes: tuple[Refusal, ...]) -> ResultFile:
    """`result` of an engine on which nothing was brought up, since the submission's files cannot be read."""
    first = mistakes[0]
    if first.rule == "nothing-to-bring-up":
        nothing = Outcome("failed", "bring-up-nothing", (("exercise", result.exercise),))
        return _with_first_check_failed(result, nothing, message_of(nothing), [])

    def outcome(language: Language) -> Outcome:
        return Outcome("failed", "bring-up-unreadable", (("detail", first.line_in(language)),))

    message = localized(lambda language: in_language(message_of(outcome(language)), language))
    evidence = [mistake.line_in("en") for mistake in mistakes[1:]]
    return _with_first_check_failed(result, outcome("en"), message, evidence)


def with_replaced_images(result: ResultFile, names: tuple[str, ...]) -> ResultFile:
    """`result` of an engine that was emptied, since the submission built something else under the course's `names`."""
    outcome = Outcome("failed", "bring-up-image-replaced", (("images", ", ".join(names)),))
    return _with_first_check_failed(result, outcome, message_of(outcome), [])


def _with_first_check_failed(
    result: ResultFile, outcome: Outcome, message: Words | None, evidence: list[str]
) -> ResultFile:
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
        mark=scale_points(points, result.max_points, result.out_of),
        not_tried_points=not_tried,
        provisional=not_tried > 0,
    )
