"""What `grader compare` says, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.reports.words import number
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.commands.compare.comparison import Comparison
    from grader.messages import Language
    from grader.reports.result import CheckResult, ResultFile

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "fr": {
        "student": "étudiant",
        "suite": "suite",
        "grader": "correcteur",
        "engine": "moteur",
        "ports": "ports",
        "tried": "pas essayé",
        "reached": "machine",
        "work": "travail",
        "because": "ce qui diffère : {causes}",
        "nothing": "mêmes verdicts",
        "unknown": "rien autour ne diffère, et le travail non plus : relancer, et signaler si cela reste",
        "guessed": "sans les deux enregistrements (--record), le travail lui-même n'est pas comparé",
        "same-suite": "jugés par la même suite, les deux donnent les mêmes verdicts",
        "other-suite": "jugés par la même suite, les deux diffèrent encore",
        "none": "(rien)",
        "no-mark": "pas de note",
    },
    "en": {
        "student": "student",
        "suite": "suite",
        "grader": "grader",
        "engine": "engine",
        "ports": "ports",
        "tried": "not tried",
        "reached": "machine",
        "work": "work",
        "because": "what differs: {causes}",
        "nothing": "the same verdicts",
        "unknown": "nothing around differs, nor does the work: run it again, and report it if it stays so",
        "guessed": "without both recordings (--record), the work itself is not compared",
        "same-suite": "judged by one suite, both give the same verdicts",
        "other-suite": "judged by one suite, they still differ",
        "none": "(nothing)",
        "no-mark": "no mark",
    },
}


def comparison_lines(comparison: Comparison, language: Language) -> Iterator[str]:
    words = _WORDS[language]
    before, now = comparison.before, comparison.now
    student = escape_control_characters(now.student.id, 60)
    yield f"{now.exercise} · {student}: {_mark(before, words)} → {_mark(now, words)}"
    for one in comparison.differences:
        what = f"{one.subject}: " if one.subject else ""
        yield f"  {words[one.cause]:<11} {what}{one.before or words['none']} → {one.now or words['none']}"
    for old, new in comparison.checks:
        check = new or old
        yield f"  {check.id if check else ''}: {_verdict(old, words)} → {_verdict(new, words)}"
    yield _conclusion(comparison, words)
    if comparison.is_same_with_one_suite is not None:
        yield words["same-suite" if comparison.is_same_with_one_suite else "other-suite"]
    elif comparison.checks and not comparison.has_recordings:
        yield words["guessed"]


def _conclusion(comparison: Comparison, words: dict[str, str]) -> str:
    if not comparison.checks:
        return words["nothing"]
    causes = [words[cause] for cause in comparison.causes]
    return words["because"].format(causes=", ".join(causes)) if causes else words["unknown"]


def _mark(result: ResultFile, words: dict[str, str]) -> str:
    return words["no-mark"] if result.mark is None else f"{number(result.mark)}/{result.out_of}"


def _verdict(check: CheckResult | None, words: dict[str, str]) -> str:
    if check is None:
        return words["none"]
    code = f" [{check.diagnosis.code}]" if check.diagnosis else ""
    return f"{check.verdict}{code} {check.points}/{check.max_points}"
