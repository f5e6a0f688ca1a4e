"""One check as a JUnit test case, whose text has everything that GitLab would otherwise drop."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from grader.messages import Texts, in_language
from grader.reports.texts import points_line, reason_text
from grader.text.escaping import escape_invisible, one_line

if TYPE_CHECKING:
    from grader.messages import Language
    from grader.reports.result import CheckResult, ResultFile, Verdict

CaseKind = Literal["passed", "failure", "error", "skipped"]

KIND_BY_VERDICT: Final[dict[Verdict, CaseKind]] = {
    "passed": "passed",
    "failed": "failure",
    # Not green, and not a failure of its own: the check it waits for is the one to fix.
    "blocked": "skipped",
    "error": "error",
    "skipped": "skipped",
}
NOT_GRADED: Final = "not-graded"
"""The name of the single case of a student without a list of checks."""


@dataclass(frozen=True)
class JUnitCase:
    classname: str
    name: str
    """The check's id: GitLab matches tests between pipelines by name, so it does not depend on the language."""
    file: str
    kind: CaseKind
    message: str
    """A summary for tools that show one; GitLab ignores it."""
    text: str
    seconds: float


def junit_cases(result: ResultFile, classname: str, lang: Language) -> list[JUnitCase]:
    """A case per check of `result`, with unique names. A student without a mark has only errors.

    `classname` is `tp2`, or `tp2.<student>` in a class.
    """
    texts = Texts("reports", lang)
    graded = result.status == "graded"
    if not graded and not result.checks:
        text = _no_mark(result, texts)
        return [
            JUnitCase(
                classname, NOT_GRADED, "", "error", defuse_attachments(one_line(text)), defuse_attachments(text), 0.0
            )
        ]
    names: set[str] = set()
    return [
        JUnitCase(
            classname=classname,
            name=unique_name(one_line(check.id) or "check", names),
            file=one_line(check.file),
            kind=KIND_BY_VERDICT[check.verdict] if graded else "error",
            message=defuse_attachments(one_line(in_language(check.message, lang) or in_language(check.title, lang))),
            text=defuse_attachments(case_text(check, result, texts)),
            seconds=check.duration_s if math.isfinite(check.duration_s) and check.duration_s > 0 else 0.0,
        )
        for check in result.checks
    ]


def case_text(check: CheckResult, result: ResultFile, texts: Texts) -> str:
    """Points, expected and seen, hint, evidence: in this order, because the end may be cut off."""
    title = one_line(texts.pick(check.title))
    lines = [f"{points_line(check, texts.language)} – {title}"]
    if result.status == "not-graded":
        lines = [_no_mark(result, texts), title]
    elif check.verdict == "blocked":
        lines.append(texts("blocked", by=one_line(check.blocked_by or "?")))
    elif check.verdict in {"skipped", "error"}:
        lines.append(texts(check.verdict))
    if check.message and check.verdict != "blocked":
        lines.append(escape_invisible(texts.pick(check.message)))
    if check.hint and check.verdict == "failed":
        lines.append(texts.labelled("hint", escape_invisible(texts.pick(check.hint))))
    if check.is_hint_only:
        return "\n".join(lines)
    if check.evidence:
        lines.append(texts.labelled("evidence", ""))
        lines.extend(f"  {line}" for piece in check.evidence for line in escape_invisible(piece).split("\n"))
    if check.diagnosis:
        lines.append(f"[{one_line(check.diagnosis.code)}]")
    return "\n".join(lines)


def _no_mark(result: ResultFile, texts: Texts) -> str:
    return texts.labelled("status.not-graded", escape_invisible(reason_text(result, texts.language)))


def defuse_attachments(text: str) -> str:
    """GitLab and Jenkins fetch and show the file that this mark names: a machine's log may contain it."""
    return text.replace("[[ATTACHMENT|", "[ [ATTACHMENT|")


def unique_name(name: str, names: set[str]) -> str:
    """`name`, numbered if it is taken, because GitLab keeps only one of two cases with the same name."""
    free, count = name, 1
    while free in names:
        count += 1
        free = f"{name}~{count}"
    names.add(free)
    return free
