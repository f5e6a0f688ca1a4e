"""The feedback beside a mark in Moodle: HTML on one line."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from grader.messages import Texts
from grader.reports.texts import correction_text, points_line, points_summary, reason_text
from grader.text.escaping import escape_invisible, one_line, shorten

if TYPE_CHECKING:
    from grader.messages import Language
    from grader.reports.result import CheckResult, ResultFile

MAX_LENGTH = 8000
MAX_LINE_LENGTH = 500
UNSAFE = re.compile(r"[\\$=+@＝＋－＠\[\]]")
"""Beside HTML's own. A backslash before a quote ends no cell for PHP's CSV reader; `$$` and `\\(` start a formula
of Moodle's TeX filter, `[[` a link; the others start a spreadsheet's formula wherever a cell happens to begin."""
_ADDRESS = re.compile(r"\b(?:ssh|tcp|unix)://[^\s,;)»”\"'`]*[^\s.,:;)»”\"'`]")
FORMULA_START = re.compile(r"(?<=[;,])[\s-]*-")
"""A minus is too common to be escaped everywhere, but each escape ends with a semicolon."""


def feedback(result: ResultFile, lang: Language) -> str:
    """Points, the teacher's corrections, then each check that did not pass. Never empty, never a formula."""
    texts = Texts("reports", lang)
    if result.status != "graded":
        return as_html([_without_addresses(texts.labelled("status.not-graded", reason_text(result, lang)), texts)])
    lines = [points_summary(result, lang), *(correction_text(one, result, lang) for one in result.corrections)]
    lines += [line for check in result.checks if check.verdict != "passed" for line in check_lines(check, texts)]
    return as_html([_without_addresses(line, texts) for line in lines])


def _without_addresses(text: str, texts: Texts) -> str:
    """How the grader reached the machine is no business of Moodle's: it names accounts and hosts of the school."""
    return _ADDRESS.sub(texts("machine"), text)


def check_lines(check: CheckResult, texts: Texts) -> list[str]:
    title = f"{points_line(check, texts.language)} – {texts.pick(check.title)}"
    if check.verdict == "blocked":
        return [title, texts.pick(check.message) or texts("blocked", by=check.blocked_by or "?")]
    lines = [title] if check.verdict == "failed" else [title, texts(check.verdict)]
    lines += [texts.pick(check.message)] if check.message else []
    lines += [texts.labelled("hint", texts.pick(check.hint))] if check.hint else []
    return lines


def as_html(lines: list[str]) -> str:
    """`lines` as one line of HTML that every program shows as it is."""
    text, shown = "", 0
    for line in lines:
        piece = shorten(one_line(escape_invisible(line)), MAX_LINE_LENGTH)
        if shown + len(piece) > MAX_LENGTH:
            return f"{text}<br>…"
        escaped = UNSAFE.sub(lambda found: f"&#{ord(found[0])};", html.escape(piece))
        text += ("<br>" if text else "") + escaped
        shown += len(piece)
    return FORMULA_START.sub(lambda found: found[0].replace("-", "&#45;"), text)
