"""A result as Markdown: the mark, what to fix first, the table of checks.

Text from a repository, an engine or a container stands in `<pre>` or `<code>`, escaped: there it forms no link, no
image and no `@mention`.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

from grader.messages import Texts, in_language
from grader.reports.terminal.glyphs import verdict_symbols
from grader.reports.texts import mark_or_none, points_summary, reason_text
from grader.text.escaping import log_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grader.messages import Language
    from grader.reports.result import CheckResult, ResultFile

_MAX_CHARACTERS: Final = 60_000
"""GitHub takes 1 MiB per step, a note of GitLab 1,000,000 characters; a person reads far less."""
_PUNCTUATION: Final = re.compile(r"[!-/:-@\[-`{-~]")


def markdown_summary(result: ResultFile, language: Language) -> str:
    """The summary of one student's result, at most 60,000 characters."""
    text = "\n".join(_blocks(result, language)) + "\n"
    return text if len(text) <= _MAX_CHARACTERS else "\n".join(_blocks(result, language, with_details=False)) + "\n"


def _blocks(result: ResultFile, language: Language, *, with_details: bool = True) -> Iterator[str]:
    reports, screen, commands = (Texts(kind, language) for kind in ("reports", "screen", "commands"))
    mark = mark_or_none(result.mark, result.out_of, language)
    yield f"### {_plain(result.exercise)} {_code(result.student.id)}{_plain(screen('colon'))} {_plain(mark)}\n"
    if result.status == "not-graded":
        yield _preformatted(reason_text(result, language).split("\n"))
        return
    yield f"{_plain(points_summary(result, language))}\n"
    if result.submission:
        yield f"{_plain(commands('repo.submission'))} {_code(result.submission)}\n"
    first = _first_to_fix(result)
    yield f"**{_plain(screen('fix-first') if first else screen('all-passed'))}**\n"
    if first:
        yield _described(first, language)
    yield f"| | {_plain(reports('heading.check'))} | {_plain(reports('heading.points'))} |\n| --- | --- | --- |"
    symbols = verdict_symbols(is_unicode=True)
    for check in result.checks:
        title = _plain(in_language(check.title, language))
        yield f"| {symbols[check.verdict]} | {title} | {check.points}/{check.max_points} |"
    yield ""
    if not with_details:
        return
    for check in result.checks:
        if check.verdict in {"failed", "error"} and check is not first:
            yield _described(check, language)
    if result.advice:
        yield f"{_plain(commands('repo.advice'))}\n"
        places = ((one.file if one.line is None else f"{one.file}:{one.line}", one) for one in result.advice)
        yield _preformatted(f"{place}: {' '.join(filter(None, (one.code, one.text)))}" for place, one in places)


def _first_to_fix(result: ResultFile) -> CheckResult | None:
    found = (check for verdict in ("failed", "error") for check in result.checks if check.verdict == verdict)
    return next(found, None)


def _described(check: CheckResult, language: Language) -> str:
    lines = [in_language(check.title, language), *in_language(check.message, language).split("\n")]
    if check.hint:
        lines.append(Texts("screen", language).labelled("hint", in_language(check.hint, language)))
    return _preformatted([*filter(None, lines), *(f"| {line}" for line in check.evidence)])


def _preformatted(lines: Iterable[str]) -> str:
    return f"<pre>{html.escape(chr(10).join(log_line(line) for line in lines))}</pre>\n"


def _code(text: str) -> str:
    return f"<code>{_plain(log_line(text))}</code>"


def _plain(text: str) -> str:
    """`text` without any Markdown or HTML in it."""
    return _PUNCTUATION.sub(lambda found: f"&#{ord(found[0])};", text)
