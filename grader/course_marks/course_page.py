"""The page of the whole course: a row per student, a column per exercise."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from grader.reports.html.document import render_document
from grader.scoring.mark import OUT_OF
from grader.scoring.rounding import round_half_up

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.course_marks.course_book import CourseBook
    from grader.messages import Language

_STYLES = ("base.css", "verdicts.css", "class.css", "heat.css", "print.css", "course.css")


def course_page(book: CourseBook, lang: Language, pages: Mapping[str, str]) -> str:
    """One HTML file. `pages` gives the class page of an exercise, beside this one."""
    marks = [entry.course.value for entry in book.entries if entry.course.value is not None]
    return render_document(
        "course.html",
        lang,
        styles=_STYLES,
        title=book.table.title,
        exercises=[(one, float(book.coefficient(one)), pages.get(one)) for one in book.exercises],
        skills=[(skill, book.table.skills[skill].title if skill in book.table.skills else {}) for skill in book.skills],
        entries=[(entry, entry.remark(lang)) for entry in book.entries],
        out_of=OUT_OF,
        table=book.table,
        marked=len(marks),
        mean=float(round_half_up(statistics.mean(marks))) if marks else None,
        median=float(round_half_up(statistics.median(marks))) if marks else None,
        passed=sum(entry.course.has_passed is True for entry in book.entries),
    )
