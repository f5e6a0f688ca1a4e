"""What `grader regrade` says: a line for each student who changes, and under it the checks that do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.commands.regrade.words import WORDS
from grader.reports.result_builder import message_of
from grader.reports.words import in_language, number
from grader.scoring.verdict import judge
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.commands.regrade.regrade import RegradeReport
    from grader.grading.recording import RegradedResult
    from grader.messages import Language
    from grader.reports.result import CheckResult


def summary_lines(report: RegradeReport, folder: Path, language: Language) -> Iterator[str]:
    words = WORDS[language]
    for again in report.changed:
        yield from _student_lines(again, words)
    for again in report.incomplete:
        yield f"{_student_label(again)}: {words['untold'].format(checks=', '.join(again.unanswered))}"
    for unreadable in report.unreadable:
        yield words["unreadable"].format(why=in_language(message_of(judge(unreadable.reason)), language))
    if not report.judged:
        if not report.unreadable and not report.unreadable_results:
            yield words["none"].format(exercise=report.suite.id, folder=folder)
        return
    values = {"count": report.judged, "seconds": f"{report.seconds:.1f}", "sha": report.sha256[:12]}
    yield words["judged"].format(exercise=report.suite.id, **values)
    yield _total_line(report, words)


def written_line(report: RegradeReport, language: Language, *, written: bool) -> str:
    """What became of it; empty where there was nothing to write."""
    if written:
        return WORDS[language]["written"].format(count=len(report.changed)) + "\n"
    return WORDS[language]["write"] + "\n" if report.changed else ""


def _total_line(report: RegradeReport, words: dict[str, str]) -> str:
    if not report.changed:
        return words["same"]
    rises = [_mark(again.now.mark) - _mark(again.before.mark if again.before else None) for again in report.changed]
    up, down = sum(rise > 0 for rise in rises), sum(rise < 0 for rise in rises)
    marks = sum(again.before is None or again.before.mark != again.now.mark for again in report.changed)
    return words["other"].format(others=len(rises), marks=marks, up=up, down=down)


def _mark(value: float | None) -> float:
    return value or 0.0


def _student_lines(result: RegradedResult, words: dict[str, str]) -> Iterator[str]:
    def mark(value: float | None) -> str:
        return words["no-mark"] if value is None else f"{number(value)}/{result.now.out_of}"

    before = mark(result.before.mark) if result.before else words["new"]
    yield f"{_student_label(result)}: {before} → {mark(result.now.mark)}"
    for change in result.changes:
        yield f"    {change.check}: {_verdict(change.before, words)} → {_verdict(change.now, words)}"


def _verdict(check: CheckResult | None, words: dict[str, str]) -> str:
    if check is None:
        return words["absent"]
    code = f" [{check.diagnosis.code}]" if check.diagnosis else ""
    return f"{check.verdict}{code} {check.points}/{check.max_points}"


def _student_label(result: RegradedResult) -> str:
    student = result.now.student
    return escape_control_characters(" ".join(filter(None, (student.id, student.name))), 80)
