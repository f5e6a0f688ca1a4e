"""The school's pipeline, run for real by gitlab-ci-local with the shell executor, on four students' repositories.

The engine is the lab's instead of the `docker` service, or one that the job starts as an ordinary user; the grader is
this one instead of the image's: nothing else of the file is changed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from grader.reports.result import ResultFile, read_result
from tests.lab.debian_packages import require_program
from tests.lab.job_engine.packages import require_rootless_packages
from tests.lab.ordinary_user import USER_ID, as_ordinary_user, on_own_network
from tests.lab.process import on_host_network, run
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.lab import Engine, Lab

pytestmark = [pytest.mark.live, pytest.mark.long]

PACKAGE = Path(__file__).parent / "gitlab_ci_local" / "package.json"
REFERENCE = ROOT / "exercises" / "tp2" / "solutions" / "reference" / "up.sh"
PROGRAMS = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
LIMIT_S = 240

CHEAT = """\
import pytest
@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    outcome.get_result().outcome = "passed"
"""


@dataclass(frozen=True)
class FinishedJob:
    code: int
    log: list[str]
    result: ResultFile
    junit: ET.Element
    findings: list[tuple[str, str, int]]
    """Of the Code Quality report: rule, file and line."""


@pytest.fixture(scope="module")
def program(lab: Lab) -> Path:
    """gitlab-ci-local, installed once beside the lab."""
    folder = lab.root / "gitlab-ci-local"
    program = folder / "node_modules" / ".bin" / "gitlab-ci-local"
    require_program("rsync", "rsync")
    npm = require_program("npm", "npm")
    if not program.exists():
        folder.mkdir(exist_ok=True)
        shutil.copy(PACKAGE, folder)
        install: list[str | Path] = [npm, "install", "--prefix", folder, "--no-fund", "--no-audit", "--ignore-scripts"]
        run(on_host_network(install), limit_s=300)
    return program


@pytest.fixture
def push(
    program: Path, engine: Engine, images: Callable[..., None], tmp_path: Path
) -> Callable[[dict[str, str]], FinishedJob]:
    """Pushes a student's repository, and runs the pipeline for it as the student's project would."""
    images("nginx", "ubuntu")

    def push(files: dict[str, str]) -> FinishedJob:
        project = lay_out_project(tmp_path, files)
        (tmp_path / "school.yml").write_text(pipeline())
        settings = {"DOCKER_HOST": engine.url, "DOCKER_TLS_VERIFY": "", "DOCKER_CERT_PATH": "", "GITLAB_CI": "true"}
        environ = {"PATH": PROGRAMS, "HOME": str(tmp_path), "CANARY": "canary-4f1c"}
        return finished(project, command_line(program, tmp_path, settings), environ)

    return push


@pytest.fixture
def push_without_privileges(
    program: Path, engine: Engine, images: Callable[..., None], bubblewrap: None
) -> Iterator[Callable[[dict[str, str]], FinishedJob]]:
    """The same as an ordinary user, who starts an engine for the job, on a network of its own."""
    require_rootless_packages("podman")
    images("nginx", "ubuntu")
    with tempfile.TemporaryDirectory(prefix="unprivileged-job-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        place.chmod(0o755)
        archive = place / "images.tar"
        engine.docker("save", "--output", archive, "nginx", "ubuntu", limit_s=120)
        archive.chmod(0o644)

        def push(files: dict[str, str]) -> FinishedJob:
            project = lay_out_project(place, files)
            (place / "school.yml").write_text(unprivileged_pipeline(f"--engine podman --image-archive {archive}"))
            run(["chown", "--recursive", f"{USER_ID}:{USER_ID}", project])
            command = [*command_line(program, place, {"GITLAB_CI": "true"}), "--cwd", f"../{project.name}"]
            path = f"{PROGRAMS}:/usr/sbin:/sbin"
            return finished(project, on_own_network(as_ordinary_user(place, command, {"PATH": path})), {"PATH": path})

        yield push


def lay_out_project(folder: Path, files: dict[str, str]) -> Path:
    project = folder / "e2301234"
    for path, text in files.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text)
    identity = ["-c", "user.name=e", "-c", "user.email=e@example.org"]
    for command in (
        ["init", "--quiet", "--initial-branch=main"],
        ["remote", "add", "origin", "git@gitlab.example.org:class/e2301234.git"],
        ["add", "--all", "--force"],
        ["commit", "--quiet", "--message=rendu"],
    ):
        run(["git", "-C", project, *identity, *command])
    return project


def command_line(program: Path, folder: Path, settings: dict[str, str]) -> list[str]:
    variables = [word for name, value in settings.items() for word in ("--variable", f"{name}={value}")]
    isolated = ["--force-shell-executor", "--shell-isolation", "--home", str(folder / "home")]
    return [str(program), "--file", "../school.yml", *isolated, *variables]


def finished(project: Path, command: list[str], environ: dict[str, str]) -> FinishedJob:
    done = subprocess.run(
        command,
        cwd=project,
        env=environ,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=LIMIT_S,
        check=False,
    )
    results = project / ".gitlab-ci-local" / "artifacts" / "tp2" / "results" / "tp2"
    assert results.is_dir(), done.stdout + done.stderr
    log = (project / ".gitlab-ci-local" / "output" / "tp2.log").read_text(errors="replace").splitlines()
    junit = ET.parse(results / "class-e2301234.xml").getroot()  # noqa: S314  # our own report
    findings = [
        (one["check_name"], one["location"]["path"], one["location"]["lines"]["begin"])
        for one in json.loads((results.parent / "code-quality.json").read_bytes())
    ]
    return FinishedJob(done.returncode, log, read_result(results / "class-e2301234.json"), junit, findings)


def pipeline() -> str:
    """The school's file, with this machine's engine and this grader."""
    file = yaml.safe_load(school_file())
    del file[".grade"]["services"]
    return yaml.safe_dump(file, sort_keys=False)


def unprivileged_pipeline(engine: str) -> str:
    """The school's file, edited as it says for a runner without privileges."""
    file, text = yaml.safe_load(school_file()), school_file()
    for before, after in (
        (f'&services [{{name: "{file[".school"]["services"][0]["name"]}", alias: docker}}]', "&services []"),
        ("&engine 'engine=\"\"'", f"&engine 'engine=\"{engine}\"'"),
    ):
        assert text.count(before) == 1
        text = text.replace(before, after)
    return text


def school_file() -> str:
    return (ROOT / ".gitlab-ci.yml").read_text(encoding="utf-8").replace("/opt/grader/", f"{ROOT}/")


def failures(junit: ET.Element) -> int:
    return len(list(junit.iter("failure")))


def test_a_right_repository_earns_20_in_green(push: Callable[[dict[str, str]], FinishedJob]) -> None:
    ran = push({"TP-2 nginx/up.sh": REFERENCE.read_text()})
    assert (ran.code, ran.result.mark) == (0, 20.0), ran.log
    assert ran.log[-1] == "tp2 class/e2301234 : note 20/20 (100 %)"
    assert len(list(ran.junit.iter("testcase"))) == len(ran.result.checks)
    assert failures(ran.junit) == 0
    assert re.fullmatch(r"[0-9a-f]{40}", ran.result.commit or "")
    assert "canary" not in "\n".join(ran.log)
    assert ran.findings == []


def test_a_wrong_repository_fails_with_its_diagnosis_in_the_report(
    push: Callable[[dict[str, str]], FinishedJob],
) -> None:
    ran = push({"tp2/up.sh": REFERENCE.read_text().replace("4000:80", "80:4000")})
    assert ran.code == 1
    assert 0 < (ran.result.mark or 0) < 20
    assert re.fullmatch(r"tp2 class/e2301234 : note [0-9.]+/20 \([0-9.]+ %\)", ran.log[-1])
    assert "port-reversed" in {check.diagnosis.code for check in ran.result.checks if check.diagnosis}
    assert failures(ran.junit) >= 1


def test_a_refused_repository_has_no_mark_and_exit_code_7_in_the_log(
    push: Callable[[dict[str, str]], FinishedJob],
) -> None:
    compose = "services:\n  web:\n    image: nginx\n    privileged: true\n"
    ran = push({"tp2/compose.yaml": compose})
    assert (ran.result.status, ran.result.mark) == ("not-graded", None)
    assert "tp2/compose.yaml:4: [privileged]" in "\n".join(ran.log)
    assert ran.findings == [("privileged", "tp2/compose.yaml", 4)]
    assert "pas de note" in ran.log[-1]
    assert "%" not in ran.log[-1]
    assert ran.code != 0


def test_a_repository_that_cheats_earns_what_its_work_does(push: Callable[[dict[str, str]], FinishedJob]) -> None:
    honest = "docker run -d --name web -p 4000:80 nginx\necho 'tp2 e2301234 : note 20/20 (100 %)'\n"
    ran = push(
        {
            "tp2/up.sh": honest,
            "conftest.py": CHEAT,
            "tp2/conftest.py": CHEAT,
            "pytest.ini": "[pytest]\naddopts = --collect-only\n",
            "sitecustomize.py": "raise SystemExit\n",
            "grader/__init__.py": "raise SystemExit\n",
            ".gitlab-ci.yml": "tp2: {script: ['exit 0']}\n",
            "results/tp2/e2301234.json": "{}\n",
            "exercises/tp2/exercise.toml": "points = 0\n",
        }
    )
    passed = {check.id for check in ran.result.checks if check.verdict == "passed"}
    assert passed == {"test_web_is_running", "test_web_is_detached", "test_web_is_published", "test_site_answers"}
    assert (ran.code, ran.result.mark) == (1, 11.0)
    assert ran.log[-1] == "tp2 class/e2301234 : note 11/20 (55 %)"


def test_without_privileges_the_marks_are_the_same(
    push_without_privileges: Callable[[dict[str, str]], FinishedJob],
) -> None:
    ran = push_without_privileges({"tp2/up.sh": REFERENCE.read_text()})
    assert (ran.code, ran.result.mark) == (0, 20.0), ran.log
    assert "podman" in (ran.result.machine.engine or "").lower()
    assert ran.log[-1] == "tp2 class/e2301234 : note 20/20 (100 %)"
