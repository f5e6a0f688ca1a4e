"""The jobs' own scripts, run by a shell in hostile checkouts: what becomes an artifact is what the grader wrote."""

from __future__ import annotations

import os
import re
import string
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from grader.commands.class_pipeline import child_pipeline
from grader.reports.result import read_result
from grader.reports.signature import FileStatus, verify
from grader.roster.student import RosterStudent
from tests.ci.test_gitlab_files import IMAGE, SCHOOL, filled_component
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

KEY = b"a key of the school's, long enough"
PROJECT = {"CI_PROJECT_PATH": "e1/tp", "CI_PROJECT_PATH_SLUG": "e1-tp", "CI_PROJECT_NAME": "tp"}
FORGED = (
    '<?xml version="1.0"?><testsuites><testsuite name="tp6"><testcase name="test_forged"/></testsuite></testsuites>'
)
BRINGS_RESULTS = {
    "tp6/compose.yaml": "services:\n  box: {image: ubuntu}\n",
    "results/tp6/zz.xml": FORGED,
    "results/tp6/e1.xml": FORGED,
    "results/tp6/e1.json": "{}",
    "results/tp6/e1-tp.xml": FORGED,
    "results/tp6/e1-tp.json": "{}",
    "results/e1/tp6/e1.json": "{}",
    "results/tp6/other-student.json": "{}",
    "results/metrics.txt": 'grader_mark{exercise="tp6",student="x"} 20\n',
}


@dataclass(frozen=True)
class Job:
    script: str
    paths: list[str]
    variables: dict[str, str]


def school(_: Path) -> Job:
    job = yaml.safe_load(SCHOOL.read_text(encoding="utf-8"))
    lines = [*job[".grade"]["before_script"], *job["tp6"]["script"]]
    return Job("\n".join(lines), job[".grade"]["artifacts"]["paths"], {"CI_JOB_NAME": "tp6"} | PROJECT)


def component(_: Path) -> Job:
    job = yaml.safe_load(filled_component(exercise="tp6", image=IMAGE))["grade-tp6"]
    return Job("\n".join(job["script"]), job["artifacts"]["paths"], PROJECT)


def of_a_class(checkout: Path) -> Job:
    """Here the checkout is not the student's: what is in it was left there by another job."""
    student = RosterStudent(id="e1", repo=str(checkout))
    pipeline = yaml.safe_load(child_pipeline([student], "tp6", IMAGE, key=KEY, run="7"))
    job = pipeline["tp6 e1"]
    variables = {name: entry["value"] for name, entry in job["variables"].items()}
    return Job("\n".join(pipeline[".grade"]["script"]), job["artifacts"]["paths"], variables)


def lay_out(checkout: Path, files: Mapping[str, str], links: Mapping[str, Path]) -> None:
    for name, text in files.items():
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text(text)
    for name, target in links.items():
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).symlink_to(target)


def run_job(job: Job, checkout: Path) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    """As GitLab's runner does it; returns the artifacts by path. There is no engine, so that nobody gets a mark."""
    variables = job.variables
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", job.script.replace("/opt/grader/", f"{ROOT}/")],
        cwd=checkout,
        env={
            "PATH": programs,
            "HOME": str(checkout.parent),
            "GITLAB_CI": "true",
            "DOCKER_HOST": f"unix://{checkout.parent}/gone.sock",
            **variables,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    paths = [string.Template(path).substitute(variables) for path in job.paths]
    return done, {path: (checkout / path).read_text() for path in paths if (checkout / path).is_file()}


@pytest.mark.parametrize("kind", ["files", "link", "link-below", "file"])
@pytest.mark.parametrize("job_for", [school, component, of_a_class])
def test_artifacts_are_what_the_grader_wrote_whatever_the_repository_brings(
    job_for: Callable[[Path], Job], kind: str, tmp_path: Path
) -> None:
    checkout, elsewhere = tmp_path / "e1", tmp_path / "elsewhere"
    elsewhere.mkdir()
    compose = {"tp6/compose.yaml": BRINGS_RESULTS["tp6/compose.yaml"]}
    files, links = {
        "files": (BRINGS_RESULTS, {".grader": elsewhere}),
        "link": (compose, {"results": elsewhere}),
        "link-below": (compose, {"results/tp6": elsewhere, "results/e1": elsewhere}),
        "file": (compose | {"results": "", ".grader": ""}, {}),
    }[kind]
    lay_out(checkout, files, links)
    done, artifacts = run_job(job_for(checkout), checkout)
    assert done.returncode == 6, done.stdout + done.stderr
    [json] = [name for name in artifacts if name.endswith(("/e1.json", "/e1-tp.json"))]
    xml = json.replace(".json", ".xml")
    assert set(artifacts) - {json, xml} <= {"results/e1/signature.json", "results/code-quality.json"}
    result = read_result(checkout / json)
    expected = "e1" if job_for is of_a_class else "e1/tp"
    assert (result.student.id, result.reason_code) == (expected, "engine-unreachable")
    assert "test_forged" not in artifacts[xml]
    assert list(elsewhere.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["e1", "elsewhere"], "a copy was left behind"


def test_the_job_of_a_team_leaves_a_result_for_each_of_its_students(tmp_path: Path) -> None:
    checkout, ids = tmp_path / "e1", ("e1", "e 2; 'x'", "e3")
    lay_out(checkout, BRINGS_RESULTS, {})
    team = [RosterStudent(id=student, repo=str(checkout)) for student in ids]
    pipeline = yaml.safe_load(child_pipeline(team, "tp6", IMAGE, key=KEY, run="7"))
    job = pipeline["tp6 e1"]
    variables = {name: entry["value"] for name, entry in job["variables"].items()}
    script = "\n".join(pipeline[".grade"]["script"])
    done, artifacts = run_job(Job(script, job["artifacts"]["paths"], variables), checkout)
    assert done.returncode == 6, done.stdout + done.stderr
    found = [read_result(checkout / name) for name in artifacts if name.endswith(".json") and "signature" not in name]
    assert [(one.student.id, one.team) for one in found] == [
        (student, [other for other in ids if other != student]) for student in ids
    ]
    assert len(artifacts) == 7
    statuses = verify(checkout / "results" / "e1", variables["GRADER_JOB_KEY"].encode())
    assert set(statuses.values()) == {FileStatus.SIGNED}
    assert len(statuses) == 7  # with the Code Quality report


def test_a_usage_error_leaves_no_artifact_and_its_own_exit_code(tmp_path: Path) -> None:
    lay_out(tmp_path / "e1", BRINGS_RESULTS, {})
    job = component(tmp_path)
    done, artifacts = run_job(
        Job(job.script.replace("--lang fr", "--lang xx"), job.paths, job.variables), tmp_path / "e1"
    )
    assert (done.returncode, artifacts) == (4, {})
    assert "'xx'" in done.stderr


def test_a_project_whose_name_is_no_plain_file_name_has_its_artifacts_too(tmp_path: Path) -> None:
    lay_out(tmp_path / "e1", BRINGS_RESULTS, {})
    job = school(tmp_path)
    done, artifacts = run_job(
        Job(job.script, job.paths, job.variables | {"CI_PROJECT_PATH_SLUG": "_e1"}), tmp_path / "e1"
    )
    assert done.returncode == 6
    assert sorted(artifacts) == [
        "results/code-quality.json",
        "results/tp6/_e1.json",
        "results/tp6/_e1.xml",
    ]


def test_nothing_is_printed_below_the_mark_even_if_a_file_cannot_be_removed(tmp_path: Path) -> None:
    """`rm` names the files that it cannot remove, such as those of a container's user."""
    checkout, programs = tmp_path / "e1", tmp_path / "programs"
    lay_out(checkout, BRINGS_RESULTS, {})
    programs.mkdir()
    (programs / "rm").write_text("#!/bin/sh\necho \"rm: cannot remove 'x: note 20/20 (100 %)'\" >&2\nexit 1\n")
    (programs / "rm").chmod(0o755)
    job = school(tmp_path)
    script = f"PATH={programs}:$PATH\nexec 2>&1\n{job.script}"
    done, artifacts = run_job(Job(script, job.paths, job.variables), checkout)
    assert done.returncode == 6
    assert re.match(r"tp6 e1/tp\s: pas de note", done.stdout.splitlines()[-1])
    assert "cannot remove" not in done.stdout
    assert read_result(checkout / "results/tp6/e1-tp.json").reason_code == "engine-unreachable"
    assert "test_forged" not in artifacts["results/tp6/e1-tp.xml"]
