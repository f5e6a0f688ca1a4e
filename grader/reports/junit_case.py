"""One check as JUnit knows it: its place, its kind, and a text that says everything GitLab would otherwise drop."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from grader.reports.plain import one_line, plain
from grader.reports.words import in_language, labelled, points_said, reason_said, word

if TYPE_CHECKING:
    from grader.messages import Language
    from grader.reports.results import CheckResult, ResultFile, Verdict

__all__ = ["Case", "Kind", "cases_of"]

Kind = Literal["passed", "failure", "error", "skipped"]

KINDS: Final[dict[Verdict, Kind]] = {
    "passed": "passed",
    "failed": "failure",
    # Not green, and not a failure of its own: the check it waits for is the one to mend.
    "blocked": "skipped",
    "error": "error",
    "skipped": "skipped",
}
NOT_GRADED: Final = "not-graded"
"""The name of the one case of a student for whom not even the list of checks is known."""


@dataclass(frozen=True)
class Case:
    classname: str
    name: str
    """The check's id: GitLab matches tests between pipelines by name, so no word of a language is in it."""
    file: str
    kind: Kind
    message: str
    """The first line for tools that show one; GitLab ignores it."""
    text: str
    seconds: float


def cases_of(result: ResultFile, classname: str, lang: Language) -> list[Case]:
    """A case for each check of `result`, names unique. A student without a mark has errors only.

    `classname` is `tp2`, or `tp2.<student>` in a class.
    """
    graded = result.status == "graded"
    if not graded and not result.checks:
        reason = plain(reason_said(result, lang))
        text = labelled("not-graded", reason, lang)
        return [Case(classname, NOT_GRADED, "", "error", harmless(one_line(text)), harmless(text), 0.0)]
    names: set[str] = set()
    return [
        Case(
            classname=classname,
            name=unused(one_line(check.id) or "check", names),
            file=one_line(check.file),
            kind=KINDS[check.verdict] if graded else "error",
            message=harmless(one_line(in_language(check.message, lang) or in_language(check.title, lang))),
            text=harmless(text_of(check, result, lang)),
            seconds=check.duration_s if math.isfinite(check.duration_s) and check.duration_s > 0 else 0.0,
        )
        for check in result.checks
    ]


def text_of(check: CheckResult, result: ResultFile, lang: Language) -> str:
    """Points, what was expected and seen, hint, evidence: in this order, since a cut takes the end."""
    lines = [f"{points_said(check, lang)} – {one_line(in_language(check.title, lang))}"]
    if result.status == "not-graded":
        lines = [
            labelled("not-graded", plain(reason_said(result, lang)), lang),
            one_line(in_language(check.title, lang)),
        ]
    elif check.verdict == "blocked":
        lines.append(word("blocked", lang, by=one_line(check.blocked_by or "?")))
    elif check.verdict in {"skipped", "error"}:
        lines.append(word(check.verdict, lang))
    if check.message and check.verdict != "blocked":
        lines.append(plain(in_language(check.message, lang)))
    if check.hint and check.verdict == "failed":
        lines.append(labelled("hint", plain(in_language(check.hint, lang)), lang))
    if check.evidence:
        lines.append(labelled("evidence", "", lang))
        lines.extend(f"  {line}" for piece in check.evidence for line in plain(piece).split("\n"))
    if check.diagnosis:
        lines.append(f"[{one_line(check.diagnosis.code)}]")
    return "\n".join(lines)


def harmless(text: str) -> str:
    """GitLab and Jenkins take this mark in a report for a file to fetch and show: a machine's log may hold it."""
    return text.replace("[[ATTACHMENT|", "[ [ATTACHMENT|")


def unused(name: str, names: set[str]) -> str:
    """`name`, numbered where it is already taken, since GitLab keeps one of two cases with one name."""
    free, count = name, 1
    while free in names:
        count += 1
        free = f"{name}~{count}"
    names.add(free)
    return free
