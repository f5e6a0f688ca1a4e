"""The student's page: one student's own checks, and nothing about anybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.reports.html.document import render_document
from grader.reports.texts import correction_text, mark_changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.messages import Language, Words
    from grader.reports.result import ResultFile

_STYLES = ("base.css", "verdicts.css", "student.css", "print.css")


def student_page(
    result: ResultFile,
    lang: Language,
    *,
    title: Words | None = None,
    attempts: Sequence[ResultFile] = (),
    receipt: str = "",
) -> str:
    """One HTML file about `result`, without any script; `title` is the exercise's.

    `attempts` are all results of the student, the oldest first; `receipt` is what the school signed.
    """
    numbers = {check.id: number for number, check in enumerate(result.checks, start=1)}
    failed = [check for check in result.checks if check.verdict == "failed"]
    return render_document(
        "student.html",
        lang,
        styles=_STYLES,
        title=title,
        result=result,
        changes=mark_changes(result, lang),
        corrections=[correction_text(one, result, lang) for one in result.corrections],
        attempts=attempts if len(attempts) > 1 else (),
        receipt=receipt,
        numbers=numbers,
        titles={check.id: check.title for check in result.checks},
        first=failed[0] if failed else None,
    )
