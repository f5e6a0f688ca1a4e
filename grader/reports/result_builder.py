"""Builds a result from a scorecard, with the messages for its codes and values in each language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.messages import Texts, Wording, Words, in_language, localized, say
from grader.reports.result import CheckResult, Diagnosis, ResultFile, Student, SuiteInfo, TestedMachine
from grader.scoring.mark import OUT_OF, compute_mark
from grader.scoring.verdict import BARE_ASSERT
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from grader.messages import Language
    from grader.scoring.scorecard import Scorecard, ScorecardRow
    from grader.scoring.verdict import Outcome

_COMMON: Final = Wording()
DEFAULT_HINTS = 2
"""How much help a failure gives by default: 1 only where to look, 2 also what is wrong, 3 also what to read."""


def build_result(
    scorecard: Scorecard,
    *,
    exercise: str,
    student: Student,
    machine: TestedMachine,
    suite: SuiteInfo,
    root: Path,
    hints: int,
    grader: str,
    started_at: str,
    duration_s: float,
    ports: str = "",
    passive: bool = False,
    disposable: bool = False,
) -> ResultFile:
    """The result of one run. `root`: the folder that file paths are relative to."""
    total = compute_mark(scorecard)
    return ResultFile(
        exercise=exercise,
        student=student,
        status="not-graded" if total.reason else "graded",
        points=None if total.reason else total.points,
        max_points=total.max_points,
        mark=total.value,
        out_of=OUT_OF,
        provisional=total.is_provisional,
        not_tried_points=total.not_tried_points,
        reason=message_of(total.reason) if total.reason else None,
        reason_code=total.reason.code if total.reason else None,
        checks=[build_check_result(row, scorecard, root, hints) for row in scorecard],
        machine=machine,
        suite=suite,
        grader=grader,
        started_at=started_at,
        duration_s=round(duration_s, 3),
        ports=ports,
        passive=passive,
        disposable=disposable,
    )


def message_of(outcome: Outcome, row: ScorecardRow | None = None, wording: Wording = _COMMON) -> Words | None:
    """What was expected, what was seen, and what is wrong: one line each."""
    return localized(lambda language: _message(outcome, row, language, wording))


def hint_of(
    outcome: Outcome, row: ScorecardRow | None = None, hints: int = DEFAULT_HINTS, wording: Wording = _COMMON
) -> Words | None:
    """Where to look, from the diagnosis or else from the check; at hint level 3 also what to read, with its label."""

    def hint(language: Language) -> str:
        values = dict(outcome.values)
        look = wording.say(outcome.code, "look", values, language)
        if not look and row and row.spec.hint and outcome.verdict == "failed":
            look = in_language(row.spec.hint, language)
        read = wording.say(outcome.code, "read", values, language) if hints >= 3 else ""
        labelled = Texts("common", language).labelled("label-read", read) if read else ""
        return "\n".join(filter(None, (look, labelled)))

    return localized(hint)


def _message(outcome: Outcome, row: ScorecardRow | None, language: Language, wording: Wording) -> str:
    values, texts = dict(outcome.values), Texts("common", language)
    if outcome.code == BARE_ASSERT and row and not values.get("detail"):
        values["detail"] = texts("assertion", title=in_language(row.spec.title, language))
    expected, seen = (wording.say(outcome.code, field, values, language) for field in ("expected", "seen"))
    lines = [texts.labelled("label-expected", expected)] if expected else []
    lines += [texts.labelled("label-seen", seen)] if seen else []
    if outcome.waited_s >= 1:
        lines.append(texts.labelled("label-waited", f"{outcome.waited_s:.0f} s"))
    lines += [_also_line(code, dict(others), texts, wording) for code, others in outcome.also]
    wrong = wording.say(outcome.code, "wrong", values, language)
    return "\n".join([*lines, wrong] if wrong else lines)


def _also_line(code: str, values: dict[str, str], texts: Texts, wording: Wording) -> str:
    """What was expected and seen of another container, in one line."""
    expected, seen = (wording.say(code, field, values, texts.language) for field in ("expected", "seen"))
    said = f"{expected} ({texts.labelled('label-seen', seen)})" if seen else expected
    return texts.labelled("label-also", said or wording.say(code, "wrong", values, texts.language))


def build_check_result(row: ScorecardRow, scorecard: Scorecard, root: Path, hints: int) -> CheckResult:
    """The result of one row of the scorecard."""
    outcome = row.outcome
    message = hint = None
    if outcome.verdict != "passed":  # otherwise nothing would be found, in catalogues that are slow to read
        message, hint = message_of(outcome, row, scorecard.wording), hint_of(outcome, row, hints, scorecard.wording)
    if hints == 1 and hint and outcome.verdict == "failed":
        message = None
    if outcome.verdict == "blocked" and outcome.blocked_by:
        cause = scorecard[outcome.blocked_by]
        message = localized(lambda language: _waits_for(cause, language))
    is_plain = outcome.verdict in {"passed", "blocked"}
    return CheckResult(
        id=row.spec.name,
        file=_relative_path(root, row.spec.file),
        verdict=outcome.verdict,
        points=row.points,
        max_points=row.spec.points,
        title=row.spec.title,
        diagnosis=None if is_plain or not outcome.code else Diagnosis(code=outcome.code, values=dict(outcome.values)),
        also=[Diagnosis(code=code, values=dict(values)) for code, values in outcome.also],
        message=message,
        hint=None if is_plain else hint,
        blocked_by=outcome.blocked_by,
        evidence=[escape_control_characters(line, 4000) for line in outcome.evidence],
        skills=list(row.spec.skills),
        duration_s=round(row.duration_s, 3),
    )


def _waits_for(cause: ScorecardRow, language: Language) -> str:
    values = {"number": str(cause.number), "title": in_language(cause.spec.title, language)}
    return say("blocked", "wrong", values, language)


def _relative_path(root: Path, file: str) -> str:
    path = Path(file)
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
