"""On GitHub, Forgejo and Gitea, nothing of a repository is a command, an output, markup or a finding of its own."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
import yaml

from grader.grading.ci_files import findings_of
from grader.grading.repository import grade_and_write
from grader.reports.ci.github import annotation_lines, publish
from grader.reports.ci.gitlab import code_quality
from grader.scoring.suite import read_suite
from tests.grading.test_job_log import TRICKS, faults, graded
from tests.reports.ci.test_markdown import visible_markup
from tests.submission.repositories import EXERCISE, request

if TYPE_CHECKING:
    from pathlib import Path

MARKUP = "</pre><img src=x>](http://x.example)@all|`a`"
IN_YAML = {name: text.encode("utf-8", "replace").decode() for name, text in TRICKS.items()} | {
    "markup": MARKUP,
    "output": "x\nmark=20\nstatus=graded\n",
    "encoded": "x%0A::error::forged%0Amark=20",
}
OWN_COMMAND = re.compile(
    r"::(?:error|notice) (?:file=[^:,]+(?:,line=\d+)?,)?title=[^:,]*::(?!.*::[a-z-]+(?: [^:]*)?::).*"
)
KEYS = {"description", "check_name", "fingerprint", "severity", "location"}


def commands(log: str) -> list[str]:
    """The lines in which a runner sees a command."""
    return [line for line in log.splitlines() if line.lstrip().startswith("::") or re.search(r"##\w*\[", line)]


def environ(folder: Path) -> dict[str, str]:
    files = {name: str(folder / name.lower()) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    return {"GITHUB_ACTIONS": "true", "GITLAB_CI": "true"} | files


def require_no_markup(text: str) -> None:
    rest = visible_markup(text)
    assert not re.search(r"[@\[\]`]|<(?!/?(?:code|pre)>)|https?:", rest), rest
    assert text.count("<pre>") == text.count("</pre>")


@pytest.mark.parametrize("trick", IN_YAML.values(), ids=IN_YAML)
def test_names_in_a_refused_repository(trick: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quoted = yaml.safe_dump(trick, default_style='"', width=10_000).strip()
    name = trick.replace("/", "-")
    root = tmp_path / "checkout"
    for path, text in {
        f"tp9/{name}/Dockerfile": "FROM evil.example:5000/x\n",
        "tp9/compose.yaml": f"services: {{{quoted}: {{image: {quoted}, privileged: true, {quoted}: x}}}}\n",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    asked = request(root, f"unix://{tmp_path}/gone.sock", f"e1 {name}")
    assert grade_and_write(asked, read_suite(EXERCISE), tmp_path / "out", "en", environ(tmp_path)) == 7
    log = capsys.readouterr().out
    found = commands(log)
    assert found
    assert all(OWN_COMMAND.fullmatch(line) for line in found), found
    assert log.splitlines()[-1].startswith("tp9 e1 ")
    assert (tmp_path / "github_output").read_text() == "mark=\nout-of=20\nstatus=not-graded\n"
    require_no_markup((tmp_path / "github_step_summary").read_text())
    entries = json.loads((tmp_path / "out" / "code-quality.json").read_text())
    assert len(entries) == len(found)
    for entry in entries:
        assert entry.keys() == KEYS
        assert faults(f"{entry['description']}\n{entry['location']['path']}\n{entry['check_name']}") == []


@pytest.mark.parametrize("trick", [*TRICKS.values(), MARKUP], ids=[*TRICKS, "markup"])
def test_what_containers_and_tools_print_in_a_graded_repository(trick: str, tmp_path: Path) -> None:
    result = graded(trick)
    findings = findings_of((), result, "en")
    lines = list(annotation_lines(result, findings, "en"))
    assert len(lines) == 2
    assert all(OWN_COMMAND.fullmatch(line) and len(line.splitlines()) == 1 for line in lines), lines
    publish(result, "en", environ(tmp_path))
    assert (tmp_path / "github_output").read_text() == "mark=8\nout-of=20\nstatus=graded\n"
    require_no_markup((tmp_path / "github_step_summary").read_text())
    [entry] = json.loads(code_quality(findings))
    assert entry.keys() == KEYS
    assert faults(f"{entry['description']}\n{entry['location']['path']}\n{entry['check_name']}") == []
