"""A result as the `results.json` of Gradescope's autograder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from grader.messages import Texts, in_language

if TYPE_CHECKING:
    from grader.messages import Language
    from grader.reports.result import CheckResult, ResultFile


def gradescope_results(result: ResultFile, language: Language) -> bytes:
    """The file for `/autograder/results/results.json`, of a student with a mark.

    Without the file Gradescope says that the autograder failed, which is right for a student without one.
    """
    content = {
        "score": result.points,
        "execution_time": round(result.duration_s),
        "output_format": "text",
        "visibility": "visible",
        "tests": [
            {
                "number": str(number),
                "name": in_language(check.title, language),
                "name_format": "text",
                "status": "passed" if check.verdict == "passed" else "failed",
                "score": check.points,
                "max_score": check.max_points,
                "output": _output(check, language),
                "output_format": "text",
            }
            for number, check in enumerate(result.checks, start=1)
        ],
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"


def _output(check: CheckResult, language: Language) -> str:
    lines = [in_language(check.message, language)]
    if check.verdict not in {"passed", "failed"}:
        lines.append(check.verdict)
    if check.hint:
        lines.append(Texts("screen", language).labelled("hint", in_language(check.hint, language)))
    return "\n".join([*filter(None, lines), *check.evidence])
