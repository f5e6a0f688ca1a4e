"""The teacher's corrections: entries of the ledger, applied to whatever result counts."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from grader.errors import GraderError
from grader.messages import Texts, localized
from grader.reports.result import Correction, ResultFile
from grader.scoring.mark import scale_points
from grader.scoring.rounding import exact, round_half_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grader.ledger.chain import Entry
    from grader.reports.result import CheckResult

ABSENCES: Final = ("absent", "excused")
"""Kinds of corrections after which there is no mark."""
_ON_MARK: Final = {"bonus": 1, "penalty": -1}


def corrections_in_force(entries: Iterable[Entry]) -> dict[tuple[str, str], tuple[Correction, ...]]:
    """The corrections that were not removed, by exercise and student, in the order in which they were made."""
    found: dict[tuple[str, str], dict[int, Correction]] = {}
    for entry in entries:
        if entry.kind != "correction":
            continue
        own = found.setdefault((str(entry.body.get("exercise")), entry.student), {})
        if (removed := entry.body.get("removes")) is not None:
            own.pop(removed, None)
        else:
            own[entry.number] = _correction(entry)
    return {of: tuple(own.values()) for of, own in found.items() if own}


def _correction(entry: Entry) -> Correction:
    try:
        return msgspec.convert(entry.body | {"number": entry.number, "at": entry.at}, Correction)
    except msgspec.ValidationError as error:
        raise GraderError("ledger.content", number=entry.number, detail=error) from error


def apply_corrections(result: ResultFile, corrections: Sequence[Correction]) -> ResultFile:
    """The result as the teacher corrected it: points and mark follow the corrections, the verdicts stay.

    Of several corrections of one check the last applies, and of several absences. A correction of a check that the
    suite no longer has, or that is worth less now, is shown and changes nothing.
    """
    if not corrections:
        return result
    last: dict[tuple[str, str], int] = {(one.kind, one.check): one.number for one in corrections}
    checks = {check.id: check for check in result.checks}
    shown = [replace(one, applies=_applies(one, checks, last)) for one in corrections]
    for one in shown:
        if one.kind == "points" and one.applies:
            checks[one.check] = replace(checks[one.check], points=int(one.points))
    corrected = replace(result, checks=list(checks.values()), corrections=shown)
    absences = [one for one in shown if one.kind in ABSENCES]
    return _without_mark(corrected, absences[-1].kind) if absences else _with_mark(corrected)


def _applies(one: Correction, checks: dict[str, CheckResult], last: dict[tuple[str, str], int]) -> bool:
    if one.kind in _ON_MARK:
        return True
    is_possible = one.kind in ABSENCES or (one.check in checks and one.points <= checks[one.check].max_points)
    return is_possible and last[one.kind, one.check] == one.number


def _with_mark(result: ResultFile) -> ResultFile:
    """Adds the points up. A result without a mark gets one when no check is left that nobody has judged."""
    decided = {one.check for one in result.corrections if one.kind == "points" and one.applies}
    open_checks = [one for one in result.checks if one.verdict in {"skipped", "error"} and one.id not in decided]
    if result.status == "not-graded" and (open_checks or not decided):
        return result
    points = sum(check.points for check in result.checks)
    change = sum(_ON_MARK[one.kind] * exact(one.points) for one in result.corrections if one.kind in _ON_MARK)
    mark = exact(scale_points(points, result.max_points, result.out_of)) + change
    not_tried = sum(check.max_points for check in open_checks)
    return replace(
        result,
        status="graded",
        points=points,
        mark=float(round_half_up(min(max(mark, Fraction(0)), Fraction(result.out_of)))),
        not_tried_points=not_tried,
        provisional=not_tried > 0,
        reason=None,
        reason_code=None,
    )


def _without_mark(result: ResultFile, kind: str) -> ResultFile:
    return replace(
        result,
        status="not-graded",
        points=None,
        mark=None,
        provisional=False,
        not_tried_points=0,
        reason=localized(lambda language: Texts("reports", language)(f"correction.{kind}")),
        reason_code=kind,
    )
