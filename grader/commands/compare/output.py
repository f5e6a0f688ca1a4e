"""The output of `grader compare`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.messages import Texts
from grader.reports.texts import mark_or_none, verdict_text
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.commands.compare.comparison import Comparison
    from grader.messages import Language


def comparison_lines(comparison: Comparison, language: Language) -> Iterator[str]:
    texts = Texts("commands", language)
    none = texts("compare.none")
    marks = [mark_or_none(one.mark, one.out_of, language) for one in (comparison.before, comparison.now)]
    student = escape_control_characters(comparison.now.student.id, 60)
    yield f"{comparison.now.exercise} · {student}: {marks[0]} → {marks[1]}"
    for one in comparison.differences:
        subject = f"{one.subject}: " if one.subject else ""
        yield f"  {texts(f'compare.{one.cause}'):<11} {subject}{one.before or none} → {one.now or none}"
    for old, new in comparison.checks:
        check = new or old
        before, after = (verdict_text(side, none, language) for side in (old, new))
        yield f"  {check.id if check else ''}{texts('colon')} {before} → {after}"
    yield _conclusion(comparison, texts)
    if comparison.is_same_with_one_suite is not None:
        yield texts(f"compare.{'same' if comparison.is_same_with_one_suite else 'different'}-with-one-suite")
    elif comparison.checks and not comparison.has_recordings:
        yield texts("compare.work-not-compared")


def _conclusion(comparison: Comparison, texts: Texts) -> str:
    if not comparison.checks:
        return texts("compare.same")
    causes = ", ".join(texts(f"compare.{cause}") for cause in comparison.causes)
    return texts("compare.because", causes=causes) if causes else texts("compare.unknown")
