"""What `grader repo` says on the screen, in a job's log, and where GitLab looks for a mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.machine.text import inert, log_line, visible
from grader.reports.words import in_language, number, reason_said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.messages import Language
    from grader.reports.results import CheckResult, ResultFile
    from grader.repository.refusal import Review

__all__ = ["last_line", "metrics", "refusal_lines", "result_lines"]

_MARKS: Final = {"passed": "✓", "failed": "✗", "blocked": "…", "error": "!", "skipped": "–"}
_WORDS: Final[dict[Language, dict[str, str]]] = {
    "fr": {
        "mark": "note",
        "provisional": "provisoire",
        "none": "pas de note",
        "refused": "refusé par la règle des rendus, rien n'a été lancé",
        "advice": "conseils, sans points",
        "hint": "piste",
        "colon": " :",
    },
    "en": {
        "mark": "mark",
        "provisional": "provisional",
        "none": "no mark",
        "refused": "refused by the policy on hand-ins, nothing was brought up",
        "advice": "advice, without points",
        "hint": "hint",
        "colon": ":",
    },
}


def result_lines(result: ResultFile, language: Language) -> Iterator[str]:
    """One line a check, below it what to mend; then the advice."""
    yield from (log_line(line) for line in _lines(result, language))


def _lines(result: ResultFile, language: Language) -> Iterator[str]:
    words = _WORDS[language]
    for count, check in enumerate(result.checks, start=1):
        points = f"{check.points}/{check.max_points}"
        yield f"{count:>3} {_MARKS[check.verdict]} {in_language(check.title, language)}  {points}"
        if check.verdict != "passed":
            yield from (f"      {line}" for line in _below(check, language))
    if result.advice:
        yield f"{words['advice']}{words['colon']}"
    for one in result.advice:
        place = one.file if one.line is None else f"{one.file}:{one.line}"
        yield f"      {place}: {' '.join(filter(None, (one.code, one.text)))}"


def _below(check: CheckResult, language: Language) -> Iterator[str]:
    yield from filter(None, in_language(check.message, language).split("\n"))
    if check.hint:
        yield f"{_WORDS[language]['hint']}{_WORDS[language]['colon']} {in_language(check.hint, language)}"
    yield from (f"| {line}" for line in check.evidence)


def refusal_lines(review: Review, language: Language) -> Iterator[str]:
    """Each refusal on a line of its own, then what that means."""
    yield from (refusal.said(language) for refusal in review.refused)
    yield _WORDS[language]["refused"]


def last_line(result: ResultFile, language: Language) -> str:
    """`tp6 e2301234: mark 14/20 (70 %)`.

    GitLab shows the last percentage that a job's `coverage` expression finds: in the merge request, in the list of
    jobs, and on the badge. Where there is no mark there is no percentage either. No other line of ours matches the
    expression, whatever stands in a repository: see `grader.machine.text.inert`.
    """
    words = _WORDS[language]
    head = f"{result.exercise} {visible(result.student.id, 80)}{words['colon']}"
    if result.mark is None:
        return inert(f"{head} {words['none']} – {visible(' '.join(reason_said(result, language).split()), 400)}")
    share = 100 * result.mark / result.out_of
    tail = f" – {words['provisional']}" if result.provisional else ""
    return f"{head} {words['mark']} {number(result.mark)}/{result.out_of} ({share:.4g} %){tail}"


def metrics(result: ResultFile) -> str:
    """The mark as an OpenMetrics file, for GitLab's metrics report; empty where there is no mark."""
    if result.mark is None:
        return ""
    labels = ",".join(
        f'{name}="{_escaped(value)}"' for name, value in (("exercise", result.exercise), ("student", result.student.id))
    )
    return f"grader_mark{{{labels}}} {result.mark}\ngrader_points{{{labels}}} {result.points}\n"


def _escaped(text: str) -> str:
    return visible(text, 80).replace("\\", "\\\\").replace('"', '\\"')
