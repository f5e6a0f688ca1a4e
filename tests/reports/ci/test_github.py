"""What Actions read: annotations at file and line, outputs, and the summary; nothing of a student's is a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from grader.messages import Words
from grader.reports.ci.finding import Finding
from grader.reports.ci.github import annotation_lines, is_actions, publish
from grader.reports.result import Student
from tests.reports.samples import ANSWERS, RUNS, graded, not_graded

if TYPE_CHECKING:
    from pathlib import Path

ZOE = Student(id="e1/tp")


def test_findings_are_annotated_where_they_stand() -> None:
    findings = [
        Finding("tp6/compose.yaml", 4, "privileged", "not allowed", "error"),
        Finding("tp6/api/Dockerfile", None, "DL3006", "tag the version", "notice"),
    ]
    lines = list(annotation_lines(graded(ZOE, [RUNS]), findings, "en"))
    assert lines == [
        "::error file=tp6/compose.yaml,line=4,title=privileged::not allowed",
        "::notice file=tp6/api/Dockerfile,title=DL3006::tag the version",
    ]


def test_the_first_failed_check_is_annotated_and_no_text_ends_its_command() -> None:
    hostile = "100%\n::set-output name=mark::20\r::error::x"
    failing = msgspec.structs.replace(ANSWERS, message=Words(fr=hostile, en=hostile))
    finding = Finding("a,line=1::x:y.yaml", 1, "r", hostile, "error")
    lines = list(annotation_lines(graded(ZOE, [RUNS, failing]), [finding], "en"))
    assert len(lines) == 2
    assert all("\n" not in line and "\r" not in line for line in lines)
    assert "file=a%2Cline=1%3A" in lines[0]
    assert "::set-output" not in "".join(lines)
    assert "100%25" in lines[1]


def test_no_more_annotations_than_github_shows() -> None:
    findings = [Finding("f", number, "r", "t", "notice") for number in range(30)]
    assert len(list(annotation_lines(graded(ZOE, [RUNS]), findings, "en"))) == 10


def test_summary_and_outputs_are_appended(tmp_path: Path) -> None:
    summary, outputs = tmp_path / "summary", tmp_path / "outputs"
    outputs.write_text("earlier=1\n")
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(outputs)}
    publish(graded(ZOE, [RUNS, ANSWERS]), "en", environ)
    assert outputs.read_text() == "earlier=1\nmark=10\nout-of=20\nstatus=graded\n"
    assert summary.read_text().startswith("### tp2 ")
    publish(not_graded(ZOE), "en", environ)
    assert outputs.read_text().endswith("mark=\nout-of=20\nstatus=not-graded\n")


def test_only_actions_are_actions() -> None:
    assert is_actions({"GITHUB_ACTIONS": "true"})
    assert not is_actions({"GITLAB_CI": "true"})
