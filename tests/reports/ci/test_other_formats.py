"""Classroom 50, Gradescope and GitLab's Code Quality get the points of the result, in their own words."""

from __future__ import annotations

import json
import re

from grader.reports.ci.classroom50 import classroom50_result
from grader.reports.ci.finding import Finding
from grader.reports.ci.gitlab import code_quality
from grader.reports.ci.gradescope import gradescope_results
from grader.reports.result import Student
from tests.reports.samples import ANSWERS, RUNS, SERVES, graded

RESULT = graded(Student(id="e1/tp"), [RUNS, ANSWERS, SERVES])
ENVIRON = {
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "school/docker-tp2-zoe",
    "GITHUB_SHA": "0" * 40,
    "CLASSROOM": "docker",
    "ASSIGNMENT": "tp2",
    "SUBMISSION_TAG": "submit/2026-11-30T08-00-00Z-0000000",
}
REQUIRED = {
    *("schema", "classroom", "assignment", "submission", "commit", "release", "review", "datetime"),
    *("score", "max-score", "tests"),
}
"""What `classroom50/result/v1` requires of an autograder; its runner adds `owner` and `assignment_type`."""


def test_classroom_50() -> None:
    written = json.loads(classroom50_result(RESULT, "en", ENVIRON))
    assert set(written) == REQUIRED
    assert (written["schema"], written["score"], written["max-score"]) == ("classroom50/result/v1", 3, 10)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", written["datetime"])
    assert written["release"].endswith("/releases/tag/submit%2F2026-11-30T08-00-00Z-0000000")
    assert [(one["passed"], one["score"], one["max-score"]) for one in written["tests"]] == [
        (True, 3, 3),
        (False, 0, 3),
        (False, 0, 4),
    ]
    assert written["score"] == sum(one["score"] for one in written["tests"])


def test_gradescope() -> None:
    written = json.loads(gradescope_results(RESULT, "en"))
    assert written["score"] == sum(one["score"] for one in written["tests"]) == 3
    assert sum(one["max_score"] for one in written["tests"]) == 10
    assert [one["status"] for one in written["tests"]] == ["passed", "failed", "failed"]
    assert "the other way round" in written["tests"][1]["output"]
    assert written["tests"][2]["output"].splitlines()[0] == "blocked"


def test_code_quality_names_file_and_line_and_gives_each_finding_its_own_fingerprint() -> None:
    findings = [
        Finding("tp6/compose.yaml", 4, "privileged", "no", "error"),
        Finding("tp6/api/Dockerfile", None, "DL3006", "tag it", "notice"),
        Finding("tp6/api/Dockerfile", 9, "DL3006", "tag it", "notice"),
    ]
    written = json.loads(code_quality(findings))
    assert [(one["location"]["path"], one["location"]["lines"]["begin"]) for one in written] == [
        ("tp6/compose.yaml", 4),
        ("tp6/api/Dockerfile", 1),
        ("tp6/api/Dockerfile", 9),
    ]
    assert [one["severity"] for one in written] == ["major", "info", "info"]
    assert len({one["fingerprint"] for one in written}) == 3
    moved = json.loads(code_quality([Finding("tp6/compose.yaml", 40, "privileged", "no", "error")]))
    assert moved[0]["fingerprint"] == written[0]["fingerprint"], "a finding that moves stays the same one"
