"""Phrases that several reports and commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.messages import Texts, in_language
from grader.messages.moments import shown_moment
from grader.messages.numbers import shown_mark, shown_number

if TYPE_CHECKING:
    from grader.messages import Language
    from grader.reports.result import CheckResult, Correction, LatePenalty, ResultFile


def points_line(result: CheckResult | ResultFile, lang: Language) -> str:
    """`2/3 points`."""
    return f"{result.points}/{result.max_points} {Texts('reports', lang)('points')}"


def points_summary(result: ResultFile, lang: Language) -> str:
    """`14/20 points (provisional mark, 2 points not tried)`."""
    parts = [points_line(result, lang)]
    if result.provisional:
        parts.append(f"({Texts('reports', lang)('provisional', points=result.not_tried_points)})")
    parts += [f"– {text}" for text in mark_changes(result, lang)]
    return " ".join(parts)


def mark_changes(result: ResultFile, lang: Language) -> list[str]:
    """Why the mark is not that of the points: `2 taken off 15/20: 1 day late (handed in …, deadline …)`, the cap."""
    lines = [_late_text(result, result.late, lang)] if result.late else []
    if result.capped_from is not None and result.mark is not None:
        before, cap = (shown_mark(mark, result.out_of, lang) for mark in (result.capped_from, result.mark))
        lines.append(Texts("reports", lang)("capped", mark=before, cap=cap))
    return lines


def _late_text(result: ResultFile, late: LatePenalty, lang: Language) -> str:
    texts = Texts("reports", lang)
    text = texts(
        "late-penalty" if late.is_counted else "late-not-counted",
        penalty=shown_number(late.penalty, lang),
        mark=shown_mark(late.mark_before, result.out_of, lang),
        late=texts.count(f"late-{late.per}", late.units),
        handed_in=shown_moment(late.handed_in, lang),
        deadline=shown_moment(late.deadline, lang),
    )
    doubt = f" – {texts(f'late-by-{late.by}')}" if late.by in {"commit", "student"} else ""
    return text + doubt


def reason_text(result: ResultFile, lang: Language) -> str:
    """Why a student has no mark."""
    return in_language(result.reason, lang) or result.reason_code or Texts("reports", lang)("no-reason")


def mark_or_none(mark: float | None, out_of: int, lang: Language) -> str:
    """`13.5/20`, or that there is no mark."""
    return Texts("screen", lang)("no-mark") if mark is None else shown_mark(mark, out_of, lang)


def verdict_text(check: CheckResult | None, absent: str, lang: Language) -> str:
    """`failed [port-reversed] 0/3`; `absent` for a check that does not exist."""
    if check is None:
        return absent
    code = f" [{check.diagnosis.code}]" if check.diagnosis else ""
    return f"{Texts('common', lang)(f'verdict.{check.verdict}')}{code} {check.points}/{check.max_points}"


def correction_text(correction: Correction, result: ResultFile | None, lang: Language) -> str:
    """`3 points of 4 for check 2 – prof, 2026-03-09T10:15:00Z: the page was there`."""
    texts = Texts("reports", lang)
    checks = list(result.checks) if result else []
    place = next((place for place, check in enumerate(checks, 1) if check.id == correction.check), None)
    values = {
        "points": shown_number(correction.points, lang),
        "most": checks[place - 1].max_points if place else "?",
        "number": place or f"`{correction.check}`",
    }
    about = texts("correction.by", by=correction.by, at=correction.at[:10], because=correction.because)
    text = f"{texts(f'correction.{correction.kind}', **values)} – {about}"
    return text if correction.applies else f"{text} ({texts('correction.idle')})"
