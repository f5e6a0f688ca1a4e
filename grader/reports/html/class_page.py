"""The class page: one exercise, everybody, for the teacher and for a meeting about the marks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from grader.errors import GraderError
from grader.reports.html.check_columns import VERDICTS, CheckColumn, check_columns
from grader.reports.html.document import render_document
from grader.reports.html.frequent_mistakes import FrequentMistake, frequent_mistakes
from grader.reports.html.machines import machine_uses, shared_machines
from grader.reports.html.mark_statistics import mark_statistics
from grader.reports.texts import mark_changes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.messages import Language, Words
    from grader.reports.html.machines import MachineUse
    from grader.reports.result import CheckResult, ResultFile

_STYLES = ("base.css", "verdicts.css", "class.css", "heat.css", "print.css")


@dataclass(frozen=True)
class StudentRow:
    """A student, as the heat map and the cards show one."""

    number: int
    """From 1, in the order of the class."""
    alias: int
    """The student's number while names are hidden; its order does not depend on the names."""
    result: ResultFile
    cells: tuple[CheckResult | None, ...]
    """One per column; `None` if this student's suite did not have the check."""
    tags: str
    """Tags for the filter, separated by spaces."""
    link: str | None
    """The student's own page, relative to this one."""


def class_page(
    results: Sequence[ResultFile],
    lang: Language,
    *,
    title: Words | None = None,
    student_pages: Mapping[str, str] | None = None,
) -> str:
    """One HTML file about a class, its students in the order given.

    `title` is the exercise's; `student_pages` gives a file's name, beside this one, for the id of a student.
    Raises `GraderError` if `results` are of different exercises, or have different scales.
    """
    _require_one_scale(results)
    columns, mistakes, machines = check_columns(results), frequent_mistakes(results), machine_uses(results)
    shared = shared_machines(machines, results)
    return render_document(
        "class.html",
        lang,
        styles=_STYLES,
        script="class.js",
        title=title,
        exercise=results[0].exercise if results else "",
        columns=columns,
        numbers={column.id: column.number for column in columns},
        titles={column.id: column.title for column in columns},
        verdicts=VERDICTS,
        marks=mark_statistics(results),
        rows=_rows(results, columns, mistakes, shared, student_pages or {}),
        changes={result.student.id: mark_changes(result, lang) for result in results},
        mistakes=mistakes,
        unseen=frequent_mistakes(results, "error"),
        machines=machines,
        shared=shared,
        suites=sorted({result.suite.sha256 for result in results}),
        graders=sorted({result.grader for result in results}),
        moments=sorted(result.started_at for result in results),
    )


def _require_one_scale(results: Sequence[ResultFile]) -> None:
    kinds = sorted({(result.exercise, result.out_of) for result in results})
    if len(kinds) > 1:
        scales = ", ".join(f"{exercise} (/{out_of})" for exercise, out_of in kinds)
        raise GraderError("report.one-scale", scales=scales)


def _rows(
    results: Sequence[ResultFile],
    columns: Sequence[CheckColumn],
    mistakes: Sequence[FrequentMistake],
    shared: Sequence[MachineUse],
    student_pages: Mapping[str, str],
) -> list[StudentRow]:
    made: dict[int, list[str]] = {}
    for number, mistake in enumerate(mistakes):
        for row in mistake.who:
            made.setdefault(row, []).append(f"m{number}")
    on_shared = {row for machine in shared for row in machine.who}
    aliases = _aliases(results)
    rows = []
    for row, result in enumerate(results):
        by_id = {check.id: check for check in result.checks}
        page = student_pages.get(result.student.id)
        rows.append(
            StudentRow(
                number=row + 1,
                alias=aliases[row],
                result=result,
                cells=tuple(by_id.get(column.id) for column in columns),
                tags=" ".join([*_tags(result, shared=row in on_shared), *made.get(row, [])]),
                # `./` keeps a name with a colon from being read as a scheme.
                link=f"./{quote(page, errors='replace')}" if page is not None else None,
            ),
        )
    return rows


def _aliases(results: Sequence[ResultFile]) -> dict[int, int]:
    """A number per row, from 1: the same on every page of the class, and not alphabetical."""
    digests = [hashlib.sha256(result.student.id.encode("utf-8", "replace")).digest() for result in results]
    order = sorted(range(len(results)), key=digests.__getitem__)
    return {row: alias for alias, row in enumerate(order, start=1)}


def _tags(result: ResultFile, *, shared: bool) -> list[str]:
    graded = result.status == "graded"
    verdicts = {check.verdict for check in result.checks}
    tags = {
        "to-fix": graded and bool(verdicts & {"failed", "blocked"}),
        "complete": graded and verdicts == {"passed"},
        "provisional": graded and result.provisional,
        "unseen": graded and "error" in verdicts,
        "not-graded": not graded,
        "shared": shared,
        "team": bool(result.team),
        "late": bool(result.late),
    }
    return [tag for tag, holds in tags.items() if holds]
