"""The output of `grader mark`: the corrections in force, then the mark that follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.messages import Texts
from grader.reports.texts import correction_text, mark_or_none
from grader.text.escaping import log_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.messages import Language
    from grader.results.class_results import StudentWork


def correction_lines(work: StudentWork, language: Language) -> Iterator[str]:
    result = work.result()
    shown = result.corrections if result else work.corrections
    for one in shown:
        yield log_line(f"{one.number:>5}  {correction_text(one, result, language)}")


def result_line(work: StudentWork, language: Language) -> str:
    """`e2301234 tp2: 8/20 → 11/20`."""
    texts = Texts("commands", language)
    result = work.result()
    if result is None:
        after = Texts("reports", language)(f"status.{work.absence.kind if work.absence else 'no-result'}")
        return log_line(f"{work.student.id} {work.exercise}{texts('colon')} {after}")
    automatic = next(one.result for one in reversed(work.attempts) if one.result.started_at == result.started_at)
    before, after = (mark_or_none(one.mark, one.out_of, language) for one in (automatic, result))
    return log_line(f"{work.student.id} {work.exercise}{texts('colon')} {before} → {after}")
