"""The result that counts of each student in each exercise: which attempt, corrected, less what lateness costs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from grader.course_table.deadlines import find_deadline
from grader.course_table.lateness import find_lateness
from grader.reports.result import LatePenalty
from grader.results.corrections import apply_corrections
from grader.results.counting import counted_attempt
from grader.roster.student import RosterStudent
from grader.scoring.rounding import exact, round_half_up

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.course_table.deadlines import Deadline
    from grader.course_table.table import CourseTable
    from grader.reports.result import ResultFile
    from grader.results.class_results import StudentWork


def counted_result(table: CourseTable, work: StudentWork, roster: Mapping[str, RosterStudent]) -> ResultFile | None:
    """The result that counts; `None` without an attempt. `roster` has the students by id.

    Attempts after the exercise was closed count only if there is no other. What lateness costs is taken off after the
    teacher's corrections.
    """
    adjusted = {
        attempt.number: _adjusted(table, apply_corrections(attempt.result, work.corrections), roster)
        for attempt in work.attempts
    }
    in_time = [one for one in work.attempts if _is_in_time(adjusted[one.number])]
    rule = table.rules_of(work.exercise).attempt
    attempt = counted_attempt(in_time or work.attempts, rule, lambda one: adjusted[one.number].mark)
    return adjusted[attempt.number] if attempt else None


def _is_in_time(result: ResultFile) -> bool:
    return result.late is None or result.late.is_counted


def _adjusted(table: CourseTable, result: ResultFile, roster: Mapping[str, RosterStudent]) -> ResultFile:
    """The result with the mark that is left after lateness and the cap."""
    if result.status != "graded" or result.mark is None:
        return result
    team = [roster.get(student, RosterStudent(id=student)) for student in (result.student.id, *result.team)]
    deadline = find_deadline(table, result.exercise, team)
    result = _less_lateness(result, deadline) if deadline else result
    cap = exact(table.cap_of(result.exercise))
    if result.mark is not None and exact(result.mark) > cap:
        return replace(result, mark=float(cap), capped_from=result.mark)
    return result


def _less_lateness(result: ResultFile, deadline: Deadline) -> ResultFile:
    handed_in = _handed_in(result)
    lateness = find_lateness(handed_in, deadline) if handed_in else None
    if handed_in is None or lateness is None or result.mark is None:
        return result
    late = LatePenalty(
        deadline=deadline.local.isoformat(),
        handed_in=handed_in.astimezone(deadline.local.tzinfo).isoformat(timespec="seconds"),
        by=result.handed_in.by if result.handed_in else "run",
        units=lateness.units,
        per=lateness.per,
        penalty=float(lateness.penalty),
        mark_before=result.mark,
        is_counted=lateness.is_counted,
    )
    return replace(result, mark=float(round_half_up(lateness.mark(exact(result.mark)))), late=late)


def _handed_in(result: ResultFile) -> datetime | None:
    """When it was handed in: for a machine, when it was graded. `None` if the file gives no readable moment."""
    stamp = result.handed_in.at if result.handed_in else result.started_at
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
