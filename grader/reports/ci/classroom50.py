"""A result as the `result.json` of Classroom 50 (`classroom50/result/v1`)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from grader.messages import in_language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.messages import Language
    from grader.reports.result import ResultFile


def classroom50_result(result: ResultFile, language: Language, environ: Mapping[str, str]) -> bytes:
    """The file for its runner, which adds the owner and the kind of assignment itself.

    Only for a student with a mark: the format has no word for none, and a 0 would be a wrong mark.
    """
    project = f"{environ.get('GITHUB_SERVER_URL', '')}/{environ.get('GITHUB_REPOSITORY', '')}"
    submission = environ.get("SUBMISSION_TAG", "")
    commit = f"{project}/commit/{environ.get('GITHUB_SHA', '') or result.commit or ''}"
    started = dt.datetime.fromisoformat(result.started_at).astimezone(dt.UTC)
    content = {
        "schema": "classroom50/result/v1",
        "classroom": environ.get("CLASSROOM", ""),
        "assignment": environ.get("ASSIGNMENT", "") or result.exercise,
        "submission": submission,
        "commit": commit,
        "release": f"{project}/releases/tag/{quote(submission, safe='')}",
        "review": commit,
        "datetime": f"{started:%Y-%m-%dT%H:%M:%SZ}",
        "score": result.points or 0,
        "max-score": result.max_points,
        "tests": [
            {
                "test-name": in_language(check.title, language),
                "passed": check.verdict == "passed",
                "score": check.points,
                "max-score": check.max_points,
                "verdict": check.verdict,
                "message": in_language(check.message, language),
            }
            for check in result.checks
        ],
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"
