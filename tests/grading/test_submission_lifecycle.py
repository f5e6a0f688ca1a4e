"""A pushed repository from end to end, on a real engine: what it earns, and how the engine is left."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.errors import GraderError
from grader.exercise.spec import read_exercise_spec
from grader.grading.submission_lifecycle import (
    GradedSubmission,
    RefusedSubmission,
    _reading_request,
    project_path,
    repository_name,
)
from grader.reports.result import read_result
from grader.submission.reading import file_hash
from grader.submission.workspace import new_workspace
from tests.lab.fault_proxy import FaultProxy
from tests.student_shell import ROOT
from tests.submission.policy.samples import samples
from tests.submission.repositories import (
    COMPOSE,
    EXERCISE,
    HONEST_COMPOSE,
    HONEST_SCRIPT,
    SCRIPT,
    TP10,
    RepositoryBench,
    request,
    verdicts,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.live, pytest.mark.long]


@pytest.fixture
def proxy(bench: RepositoryBench) -> Iterator[FaultProxy]:
    with FaultProxy(bench.engine.url, bench.folder / "p.sock") as counting:
        yield counting


@pytest.mark.parametrize("files", [HONEST_SCRIPT, HONEST_COMPOSE], ids=["script", "compose"])
def test_honest_work_earns_all_its_points_and_leaves_the_engine_as_it_was(
    files: dict[str, str], bench: RepositoryBench
) -> None:
    before = bench.engine_state()
    code, result = bench.run_repo(bench.repository(files))
    assert (code, result.mark) == (0, 20.0), result
    assert bench.engine_state() == before


def test_a_compose_file_needs_no_disposable_machine(bench: RepositoryBench) -> None:
    code, result = bench.run_repo(bench.repository(HONEST_COMPOSE), disposable=False)
    assert (code, result.mark) == (0, 20.0), result


@pytest.mark.parametrize("via", ["DOCKER_HOST", "context"])
def test_the_engine_of_the_environment_is_brought_up_and_graded_alike(
    via: str, bench: RepositoryBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that grades has neither: it used to grade this machine's own engine instead."""
    environ = {"DOCKER_HOST": bench.engine.url}
    if via == "context":
        environ = {"DOCKER_CONTEXT": "class"}
        folder = tmp_path / "docker" / "contexts" / "meta" / hashlib.sha256(b"class").hexdigest()
        folder.mkdir(parents=True)
        meta = {"Name": "class", "Metadata": {}, "Endpoints": {"docker": {"Host": bench.engine.url}}}
        (folder / "meta.json").write_text(json.dumps(meta))
        (tmp_path / "docker" / "config.json").write_text("{}")
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    code, result = bench.run_repo(bench.repository(HONEST_COMPOSE), environ, url="local")
    assert (code, result.mark) == (0, 20.0), result


def test_half_done_work_earns_what_it_does(bench: RepositoryBench, capsys: pytest.CaptureFixture[str]) -> None:
    code, result = bench.run_repo(bench.repository({"tp9/up.sh": SCRIPT.replace("hello", "bye")}))
    assert (code, result.points, result.mark) == (1, 12, 12.0)
    assert capsys.readouterr().out.splitlines()[-1] == "tp9 e2301234: mark 12/20 (60 %)"


def test_a_refused_repository_asks_the_engine_nothing(
    bench: RepositoryBench, proxy: FaultProxy, capsys: pytest.CaptureFixture[str]
) -> None:
    root = bench.repository({"tp9/compose.yaml": COMPOSE.replace("init: true", "privileged: true")})
    code, result = bench.run_repo(root, url=proxy.url)
    assert (code, result.status, result.mark, result.reason_code) == (7, "not-graded", None, "repository-refused")
    assert [check.verdict for check in result.checks] == ["skipped", "skipped"]
    assert proxy.requests == []
    said = capsys.readouterr().out
    assert "tp9/compose.yaml:6: [privileged]" in said
    assert "no mark" in said.splitlines()[-1]


def test_no_hostile_sample_reaches_the_engine(bench: RepositoryBench, proxy: FaultProxy) -> None:
    """All of them, each submitted for an exercise and graded as far as possible."""
    hostile = samples("hostile")
    for sample in hostile:
        root = bench.folder / "hostile" / sample.name
        root.parent.mkdir(exist_ok=True)
        sample.lay_out(root)
        code, result = bench.run_repo(root, url=proxy.url)
        assert (code, result.mark) == (7, None), sample.name
    assert proxy.requests == [], f"after {len(hostile)} hostile repositories"


def test_a_script_runs_only_where_the_machine_is_thrown_away(bench: RepositoryBench, proxy: FaultProxy) -> None:
    code, result = bench.run_repo(bench.repository(HONEST_SCRIPT), url=proxy.url, disposable=False)
    assert code == 7
    assert result.reason is not None
    assert "[script-not-here]" in result.reason["en"]
    assert proxy.requests == []


def test_a_bring_up_that_fails_is_the_first_checks_failure_with_its_last_lines(bench: RepositoryBench) -> None:
    code, result = bench.run_repo(
        bench.repository({"tp9/up.sh": "echo starting\ndocker run -d --name box --nothing-there-4f1c ubuntu\n"})
    )
    first = result.checks[0]
    assert (code, first.verdict, result.mark) == (1, "failed", 0.0)
    assert first.diagnosis is not None
    assert first.diagnosis.code == "bring-up-failed"
    assert first.diagnosis.values["file"] == "tp9/up.sh"
    assert "starting" in first.evidence
    assert any("nothing-there-4f1c" in line for line in first.evidence)
    assert result.checks[1].verdict == "blocked"


def test_a_file_that_docker_cannot_read_is_a_mistake_and_no_offence(bench: RepositoryBench) -> None:
    code, result = bench.run_repo(bench.repository({"tp9/compose.yaml": "services:\n\tbox:\n"}))
    first = result.checks[0]
    assert (code, result.mark) == (1, 0.0)
    assert first.diagnosis is not None
    assert first.diagnosis.code == "bring-up-unreadable"
    assert first.message is not None
    assert "tp9/compose.yaml:2" in first.message["fr"]
    assert "YAML valide" in first.message["fr"]
    assert "valid YAML" in first.message["en"]


def test_nothing_handed_in_is_nothing_earned(bench: RepositoryBench) -> None:
    code, result = bench.run_repo(bench.repository({"README.md": "bonjour\n"}))
    assert (code, result.mark) == (1, 0.0)
    assert result.checks[0].message is not None
    assert "there is nothing to bring up" in result.checks[0].message["en"]
    assert "`tp9/`" in result.checks[0].message["fr"]


def test_a_work_built_here_is_graded_and_its_images_go_again(bench: RepositoryBench) -> None:
    before = bench.engine_state()
    compose = COMPOSE.replace("image: ubuntu", "build: .\n    image: ubuntu:mine")
    files = HONEST_COMPOSE | {"tp9/compose.yaml": compose, "tp9/Dockerfile": "FROM ubuntu\nCOPY data /built\n"}
    outcome = bench.grade_files(files)
    assert outcome.bring_up is not None
    assert outcome.bring_up.succeeded, outcome.bring_up
    assert outcome.taken_down.left == outcome.taken_down.missing == ()
    assert bench.engine_state() == before
    assert "DL3006" in {one.code for one in outcome.result.advice}


def test_an_engine_that_holds_something_is_refused_unless_it_is_said_to_be_disposable(bench: RepositoryBench) -> None:
    bench.engine.docker("run", "-d", "--name", "theirs", "ubuntu", "sleep", "600")
    root = bench.repository(HONEST_COMPOSE)
    with pytest.raises(GraderError, match=r"not empty.*1 containers.*--disposable"):
        bench.grade(root, disposable=False)
    outcome = bench.grade(root, disposable=True)
    assert isinstance(outcome, GradedSubmission)
    assert outcome.result.mark == 20.0
    assert bench.engine.docker("ps", "--format", "{{.Names}}").stdout == "theirs\n"


def test_an_engine_that_does_not_answer_is_no_mark_and_no_zero(bench: RepositoryBench) -> None:
    code, result = bench.run_repo(bench.repository(HONEST_COMPOSE), url=f"unix://{bench.folder}/gone.sock")
    assert (code, result.status, result.mark, result.reason_code) == (6, "not-graded", None, "engine-unreachable")


def test_a_long_path_of_a_checkout_is_no_hindrance(bench: RepositoryBench) -> None:
    workspaces = bench.folder / ("group-" * 12) / "project" / ".grader"
    workspaces.mkdir(parents=True)
    code, result = bench.run_repo(bench.repository(HONEST_SCRIPT), workspaces=workspaces)
    assert (code, result.mark) == (0, 20.0), result


def test_a_secret_of_the_graders_is_in_nothing_that_is_written(
    bench: RepositoryBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the environment, in the home, beside the repository: a script prints all that it can see."""
    canary = "canary-4f1c"
    monkeypatch.setenv("CI_JOB_TOKEN", canary)
    for place in ("home/.netrc", "other-student/up.sh"):
        (bench.folder / place).parent.mkdir(parents=True)
        (bench.folder / place).write_text(canary)
    monkeypatch.setenv("HOME", str(bench.folder / "home"))
    looks = f"env; cat ~/.netrc ~/../../* {bench.folder}/*/* /proc/*/environ; ls -R {bench.folder}; exit 1\n"
    bench.run_repo(bench.repository({"tp9/up.sh": looks}), {"CI_JOB_TOKEN": canary})
    bench.run_repo(bench.repository({"tp8/x": ""} | HONEST_COMPOSE, "second"), {"CI_JOB_TOKEN": canary})
    written = [path.read_text() for path in (bench.folder / "results").rglob("*") if path.is_file()]
    assert written
    assert not [text for text in written if canary in text]


PROJECT = """\
services:
  box:
    image: ubuntu
    command: sleep 600
    init: true
    volumes: ["./data:/data"]
    environment: ["P=${COMPOSE_PROJECT_NAME}"]
"""


@pytest.mark.parametrize("folder", ["tp10", "TP-10", "tp10/box", "box", "projet", "."])
def test_the_same_project_earns_the_same_wherever_it_stands(folder: str, bench: RepositoryBench) -> None:
    files = {f"{folder}/compose.yaml": PROJECT, f"{folder}/data/hello": "hello\n"}
    outcome = bench.grade(bench.repository(files), exercise=TP10)
    assert isinstance(outcome, GradedSubmission)
    assert outcome.result.mark == 20.0, outcome.result
    assert outcome.result.submission == f"{folder}/compose.yaml".removeprefix("./")


@pytest.mark.parametrize(("name", "points"), [("name: box\n", 20), ("name: essai\n", 18), ("", 20)])
def test_a_script_brings_up_the_project_that_its_file_names(name: str, points: int, bench: RepositoryBench) -> None:
    files = {
        "tp10/up.sh": "docker compose up -d\n",
        "tp10/compose.yaml": name + PROJECT,
        "tp10/data/hello": "hello\n",
    }
    outcome = bench.grade(bench.repository(files), exercise=TP10)
    assert isinstance(outcome, GradedSubmission)
    assert outcome.result.points == points, outcome.result


def test_of_several_folders_the_grader_asks_which_one_is_meant(bench: RepositoryBench, proxy: FaultProxy) -> None:
    files = {path.replace("tp9", folder): text for folder in ("one", "two") for path, text in HONEST_COMPOSE.items()}
    root = bench.repository(files)

    words = ["repo", str(root), "--exercise", str(EXERCISE), "--results", str(bench.folder / "r"), "--lang", "en"]

    def grade(*options: str) -> tuple[int, str]:
        command = [str(Path(sys.executable).parent / "grader"), *words, "--machine", proxy.url, *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        return done.returncode, done.stderr

    code, said = grade()
    assert code == 4
    assert said.count("\n") == 1
    assert "any of these folders of the repository: `one`, `two`; say which one with --folder" in said
    assert grade("--folder", "tow")[0] == 4
    assert proxy.requests == []
    assert grade("--folder", "two", "--disposable") == (0, "")
    assert read_result(bench.folder / "r" / "tp9" / "handin.json").submission == "two/compose.yaml"


def test_the_dockerfiles_that_tp6_hands_out_are_known_to_the_reader() -> None:
    exercise = ROOT / "exercises" / "tp6"
    asked = _reading_request(request("", "local", exercise=exercise), read_exercise_spec(exercise))
    given = {file_hash(exercise / "material" / "todos" / one / "Dockerfile") for one in ("api", "app")}
    assert (asked.exercise, asked.project, asked.builds_image) == ("tp6", "todos", False)
    assert set(asked.handed_out) == given


@pytest.mark.parametrize("path", ["todos", "./todos/", "ssh://git@example.org:22/e1/todos.git", "git@host:todos"])
def test_a_compose_project_without_a_name_has_the_repositorys(path: str, tmp_path: Path) -> None:
    assert repository_name(path) == "todos"
    with new_workspace(tmp_path, repository_name(path)) as workspace:
        assert workspace.working_copy.name == "todos"


@pytest.mark.parametrize(
    "address",
    [
        "https://gitlab.example.org/e2301234/tp.git",
        "https://zoe@gitlab.example.org:8443/e2301234/tp/",
        "ssh://git@gitlab.example.org:22/e2301234/tp.git",
        "git@gitlab.example.org:e2301234/tp.git",
    ],
)
def test_students_are_told_apart_by_the_path_of_their_repository(address: str) -> None:
    assert project_path(address) == "e2301234/tp"


def test_results_hold_commit_suite_version_and_engine(bench: RepositoryBench) -> None:
    root = bench.repository(HONEST_COMPOSE)
    (root / ".git" / "refs" / "heads").mkdir(parents=True)
    (root / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (root / ".git" / "refs" / "heads" / "main").write_text("a" * 40 + "\n")
    _, result = bench.run_repo(root)
    assert result.commit == "a" * 40
    assert len(result.suite.sha256) == 64
    assert result.grader
    assert (result.machine.engine or "").startswith("Docker")


def test_the_junit_report_names_every_check_and_results_can_be_signed(bench: RepositoryBench) -> None:
    key = "a key of the school's, long enough"
    bench.run_repo(bench.repository(HONEST_COMPOSE), {"GRADER_SIGNING_KEY": key, "GITLAB_CI": "true"})
    results = bench.folder / "results"
    cases = ET.parse(results / "tp9" / "e2301234.xml").getroot().iter("testcase")  # noqa: S314  # our own report
    assert len(list(cases)) == 2
    assert 'grader_mark{exercise="tp9",student="e2301234"} 20.0' in (results / "metrics.txt").read_text()
    signed = json.loads((results / "signature.json").read_text())["files"]
    assert sorted(signed) == ["metrics.txt", "tp9/e2301234.json", "tp9/e2301234.xml"]


def test_the_same_repository_is_judged_the_same_again(bench: RepositoryBench) -> None:
    root = bench.repository(HONEST_SCRIPT)
    first = bench.grade(root)
    second = bench.grade(root)
    assert not isinstance(first, RefusedSubmission)
    assert not isinstance(second, RefusedSubmission)
    assert verdicts(first.result) == verdicts(second.result)
