"""What `grader regrade` says: a line for each student who changes, and under it the checks that do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.machine.text import visible
from grader.regrade.words import WORDS
from grader.reports.of_ledger import message_of
from grader.reports.words import in_language, number
from grader.scoring.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.messages import Language
    from grader.regrade.again import Again
    from grader.regrade.regrade import Regraded
    from grader.reports.results import CheckResult

__all__ = ["lines_of", "written_line"]


def lines_of(done: Regraded, folder: Path, language: Language) -> Iterator[str]:
    words = WORDS[language]
    for again in done.others:
        yield from _student(again, words)
    for again in done.untold:
        yield f"{_name(again)}: {words['untold'].format(checks=', '.join(again.untold))}"
    for unreadable in done.unreadable:
        yield words["unreadable"].format(why=in_language(message_of(judge(unreadable.why)), language))
    if not done.judged:
        if not done.unreadable and not done.no_results:
            yield words["none"].format(exercise=done.suite.id, folder=folder)
        return
    values = {"count": done.judged, "seconds": f"{done.seconds:.1f}", "sha": done.sha256[:12]}
    yield words["judged"].format(exercise=done.suite.id, **values)
    yield _in_all(done, words)


def written_line(done: Regraded, language: Language, *, written: bool) -> str:
    """What became of it; empty where there was nothing to write."""
    if written:
        return WORDS[language]["written"].format(count=len(done.others)) + "\n"
    return WORDS[language]["write"] + "\n" if done.others else ""


def _in_all(done: Regraded, words: dict[str, str]) -> str:
    if not done.others:
        return words["same"]
    rises = [_mark(again.now.mark) - _mark(again.before.mark if again.before else None) for again in done.others]
    up, down = sum(rise > 0 for rise in rises), sum(rise < 0 for rise in rises)
    marks = sum(again.before is None or again.before.mark != again.now.mark for again in done.others)
    return words["other"].format(others=len(rises), marks=marks, up=up, down=down)


def _mark(value: float | None) -> float:
    return value or 0.0


def _student(again: Again, words: dict[str, str]) -> Iterator[str]:
    def mark(value: float | None) -> str:
        return words["no-mark"] if value is None else f"{number(value)}/{again.now.out_of}"

    before = mark(again.before.mark) if again.before else words["new"]
    yield f"{_name(again)}: {before} → {mark(again.now.mark)}"
    for change in again.changes:
        yield f"    {change.check}: {_verdict(change.before, words)} → {_verdict(change.now, words)}"


def _verdict(check: CheckResult | None, words: dict[str, str]) -> str:
    if check is None:
        return words["absent"]
    code = f" [{check.diagnosis.code}]" if check.diagnosis else ""
    return f"{check.verdict}{code} {check.points}/{check.max_points}"


def _name(again: Again) -> str:
    student = again.now.student
    return visible(" ".join(filter(None, (student.id, student.name))), 80)
