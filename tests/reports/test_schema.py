"""The published schema of a result is that of the code, and results keep to it."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import jsonschema
import msgspec
import pytest

from grader.reports.result import ResultFile, read_result
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.student_shell import StudentShell

SCHEMA = resources.files("grader.reports").joinpath("grader-result-1.schema.json")


def published() -> dict[str, object]:
    return dict(json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_the_published_schema_is_that_of_the_code() -> None:
    assert published() == msgspec.json.schema(ResultFile), "write it again: python -m tests.reports.test_schema"


@pytest.mark.live
def test_results_of_a_hostile_machine_keep_to_the_schema(student: StudentShell, tmp_path: Path) -> None:
    """Labels, pages and log lines with escape sequences, NUL, bidi marks: shown as text, and nothing breaks."""
    student.do_tp2(
        "docker run -d --name web -p 80:4000 --label evil=\"$(printf '\\033[2J\\342\\200\\256')\" "
        "nginx sh -c \"printf '\\033]0;owned\\007 \\000 \\342\\200\\256 \\357\\277\\276\\n'; exit 3\""
    )
    done = student.run_pytest("--results", str(tmp_path / "r"), "--student", "x\u202ey", "-v", "--lang", "en")
    assert done.returncode == 1
    assert "owned" in done.stdout
    assert not set("\x1b\x07\x00\u202e\ufffe") & set(done.stdout)
    (path,) = (tmp_path / "r" / "tp2").glob("*.json")
    jsonschema.validate(json.loads(path.read_bytes()), published())
    result = read_result(path)
    assert f"points: {result.points}/{result.max_points}" in done.stdout
    cases = ET.parse(path.with_suffix(".xml")).iter("testcase")  # noqa: S314 - our own file
    assert [case.get("name") for case in cases] == [check.id for check in result.checks]


if __name__ == "__main__":
    schema = json.dumps(msgspec.json.schema(ResultFile), indent=2)
    (ROOT / "grader/reports/grader-result-1.schema.json").write_text(schema + "\n", encoding="utf-8")
