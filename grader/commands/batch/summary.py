"""One line per student, and one for the whole batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.messages import Texts, in_language
from grader.messages.numbers import shown_number
from grader.reports.terminal.glyphs import to_ascii
from grader.text.escaping import escape_control_characters
from grader.text.widths import pad_to_width, truncate_to_width

if TYPE_CHECKING:
    from grader.commands.batch.batch import BatchOutcome
    from grader.messages import Language
    from grader.reports.result import ResultFile

_NAME: Final = 40
"""Width of a student's name, in columns."""


def result_line(result: ResultFile, language: Language, *, is_unicode: bool) -> str:
    name = escape_control_characters(" ".join(filter(None, (result.student.id, result.student.name))), _NAME)
    name = pad_to_width(truncate_to_width(name if is_unicode else to_ascii(name), _NAME), _NAME)
    team = f"  {Texts('commands', language)('batch.team', students=', '.join(result.team))}" if result.team else ""
    if result.mark is None:
        reason = in_language(result.reason, language) or "?"
        return f"{name}      –  {reason.splitlines()[0]}{team}"
    first = next((check for check in result.checks if check.verdict == "failed"), None)
    code = f"  {first.diagnosis.code}" if first and first.diagnosis else ""
    provisional = " ?" if result.provisional else "  "
    return f"{name} {result.points:>3}/{result.max_points}{provisional}{code}{team}"


def totals(outcome: BatchOutcome, texts: Texts) -> str:
    graded = [result.points for result in outcome.results if result.points is not None]
    not_graded = len(outcome.results) - len(graded)
    parts = [f"{texts('batch.graded')} {len(graded)}", f"{texts('batch.not-graded')} {not_graded}"]
    if outcome.not_tried:
        parts.append(f"{texts('batch.waiting')} {len(outcome.not_tried)}")
    if graded:
        parts.append(mean(graded, texts))
    return " · ".join(parts)


def notes(outcome: BatchOutcome, texts: Texts) -> list[str]:
    """What the signs mean that were printed beside marks."""
    provisional = sum(result.provisional for result in outcome.results)
    errors = sum(result.has_errors for result in outcome.results)
    found = [texts("batch.provisional", count=provisional)] if provisional else []
    return [*found, texts("batch.errors", count=errors)] if errors else found


def mean(points: list[int], texts: Texts) -> str:
    return f"{texts('batch.mean')} {shown_number(sum(points) / len(points), texts.language)}"
