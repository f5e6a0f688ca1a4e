"""The output of `grader regrade`: a line per student who changes, and below it the checks that do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.messages import Texts, in_language
from grader.reports.result_builder import message_of
from grader.reports.texts import mark_or_none, verdict_text
from grader.scoring.verdict import judge
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.commands.regrade.regrade import RegradeReport
    from grader.grading.recording import RegradedResult
    from grader.messages import Language


def summary_lines(report: RegradeReport, folder: Path, language: Language) -> Iterator[str]:
    texts = Texts("commands", language)
    for result in report.changed:
        yield from _student_lines(result, texts)
    for result in report.incomplete:
        yield f"{_student_label(result)}: {texts('regrade.not-judged', checks=', '.join(result.unanswered))}"
    for unreadable in report.unreadable:
        yield texts("regrade.unreadable", why=in_language(message_of(judge(unreadable.reason)), language))
    if not report.judged:
        if not report.unreadable and not report.unreadable_results:
            yield texts("regrade.no-recording", exercise=report.suite.id, folder=folder)
        return
    values = {"count": report.judged, "seconds": f"{report.seconds:.1f}", "sha": report.sha256[:12]}
    yield texts("regrade.judged", exercise=report.suite.id, **values)
    yield _total_line(report, texts)


def written_line(report: RegradeReport, language: Language, *, written: bool) -> str:
    """What became of it; empty if there was nothing to write."""
    texts = Texts("commands", language)
    if written:
        return texts("regrade.written", count=len(report.changed)) + "\n"
    return texts("regrade.not-written") + "\n" if report.changed else ""


def _total_line(report: RegradeReport, texts: Texts) -> str:
    if not report.changed:
        return texts("regrade.same")
    rises = [_mark(result.now.mark) - _mark(result.before.mark if result.before else None) for result in report.changed]
    up, down = sum(rise > 0 for rise in rises), sum(rise < 0 for rise in rises)
    marks = sum(result.before is None or result.before.mark != result.now.mark for result in report.changed)
    return texts("regrade.changed", students=len(rises), marks=marks, up=up, down=down)


def _mark(value: float | None) -> float:
    return value or 0.0


def _student_lines(result: RegradedResult, texts: Texts) -> Iterator[str]:
    now, absent = result.now, texts("regrade.absent")
    before = mark_or_none(result.before.mark, now.out_of, texts.language) if result.before else texts("regrade.new")
    yield f"{_student_label(result)}: {before} → {mark_or_none(now.mark, now.out_of, texts.language)}"
    for change in result.changes:
        before, after = (verdict_text(one, absent, texts.language) for one in (change.before, change.now))
        yield f"    {change.check}{texts('colon')} {before} → {after}"


def _student_label(result: RegradedResult) -> str:
    student = result.now.student
    return escape_control_characters(" ".join(filter(None, (student.id, student.name))), 80)
