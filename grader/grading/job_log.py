"""The output of `grader repo` for the screen, a job's log, and GitLab's mark and metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.messages import Texts, in_language
from grader.messages.numbers import shown_mark
from grader.reports.terminal.glyphs import verdict_symbols
from grader.reports.texts import reason_text
from grader.text.escaping import defuse_ci_commands, escape_control_characters, log_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.messages import Language
    from grader.reports.result import CheckResult, ResultFile
    from grader.submission.policy.findings import Review


def result_lines(result: ResultFile, language: Language) -> Iterator[str]:
    """What was brought up; one line per check, with what to fix below it; then the advice."""
    yield from (log_line(line) for line in _lines(result, language))


def _lines(result: ResultFile, language: Language) -> Iterator[str]:
    symbols, texts = verdict_symbols(is_unicode=True), Texts("commands", language)
    if result.submission:
        yield texts.labelled("repo.submission", result.submission)
    for count, check in enumerate(result.checks, start=1):
        points = f"{check.points}/{check.max_points}"
        yield f"{count:>3} {symbols[check.verdict]} {in_language(check.title, language)}  {points}"
        if check.verdict != "passed":
            yield from (f"      {line}" for line in _details(check, language))
    if result.advice:
        yield texts.labelled("repo.advice", "")
    for one in result.advice:
        place = one.file if one.line is None else f"{one.file}:{one.line}"
        yield f"      {place}: {' '.join(filter(None, (one.code, one.text)))}"


def _details(check: CheckResult, language: Language) -> Iterator[str]:
    yield from filter(None, in_language(check.message, language).split("\n"))
    if check.hint:
        yield Texts("screen", language).labelled("hint", in_language(check.hint, language))
    yield from (f"| {line}" for line in check.evidence)


def refusal_lines(review: Review, language: Language) -> Iterator[str]:
    """Each refusal on a line of its own, then what that means."""
    yield from (refusal.line_in(language) for refusal in review.refused)
    yield Texts("commands", language)("repo.policy-refused")


def mark_line(result: ResultFile, language: Language) -> str:
    """`tp6 e2301234: mark 14/20 (70 %)`.

    GitLab shows the last percentage that a job's `coverage` expression finds: in the merge request, in the list of
    jobs, and on the badge. Without a mark there is no percentage either. No other line of ours matches the
    expression, whatever a repository contains: see `defuse_ci_commands`.
    """
    texts = Texts("screen", language)
    head = f"{result.exercise} {escape_control_characters(result.student.id, 80)}{texts('colon')}"
    if result.mark is None:
        reason = escape_control_characters(" ".join(reason_text(result, language).split()), 400)
        return defuse_ci_commands(f"{head} {texts('no-mark')} – {reason}")
    share = 100 * result.mark / result.out_of
    tail = f" – {texts('provisional-mark')}" if result.provisional else ""
    return f"{head} {texts('mark')} {shown_mark(result.mark, result.out_of, language)} ({share:.4g} %){tail}"


def metrics(result: ResultFile) -> str:
    """The mark as an OpenMetrics file, for GitLab's metrics report; empty if there is no mark."""
    if result.mark is None:
        return ""
    labels = ",".join(
        f'{name}="{_escape_label(value)}"'
        for name, value in (("exercise", result.exercise), ("student", result.student.id))
    )
    return f"grader_mark{{{labels}}} {result.mark}\ngrader_points{{{labels}}} {result.points}\n"


def _escape_label(text: str) -> str:
    return escape_control_characters(text, 80).replace("\\", "\\\\").replace('"', '\\"')
