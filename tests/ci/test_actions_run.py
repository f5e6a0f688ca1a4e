"""The composite action, run for real by act on this machine, on four students' repositories.

The engine is the lab's, and the grader is this one: the step that installs it finds it on `PATH`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.reports.result import ResultFile, read_result
from tests.lab.process import run
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab import Engine

pytestmark = [pytest.mark.live, pytest.mark.long]

REFERENCE = ROOT / "exercises" / "tp2" / "solutions" / "reference" / "up.sh"
WORKFLOW = """\
on: push
jobs:
  tp2:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - id: grade
        uses: ./.grader-action
        with: {exercise: tp2}
      - if: always()
        env: {OUTPUTS: "${{ toJSON(steps.grade.outputs) }}"}
        run: cp -r results "$HOME" && printf '%s' "$OUTPUTS" > "$HOME/outputs.json"
"""
"""Beside the student's files, the action: act cannot fetch it."""
LIMIT_S = 300


@dataclass(frozen=True)
class FinishedRun:
    code: int
    log: str
    result: ResultFile
    outputs: str


@pytest.fixture
def push(engine: Engine, images: Callable[..., None], tmp_path: Path) -> Callable[[dict[str, str]], FinishedRun]:
    """Pushes a student's repository, and runs its workflow."""
    images("nginx", "ubuntu")

    def push(files: dict[str, str]) -> FinishedRun:
        project, home = tmp_path / "tp", tmp_path / "home"
        home.mkdir()
        for path, text in ({".github/workflows/tp2.yml": WORKFLOW} | files).items():
            (project / path).parent.mkdir(parents=True, exist_ok=True)
            (project / path).write_text(text)
        shutil.copytree(ROOT / "templates", project / ".grader-action" / "templates")
        shutil.copytree(ROOT / "exercises", project / ".grader-action" / "exercises", symlinks=False)
        shutil.copy(ROOT / "action.yml", project / ".grader-action")
        identity = ["-c", "user.name=e", "-c", "user.email=e@example.org"]
        for command in (
            ["init", "--quiet", "--initial-branch=main"],
            ["remote", "add", "origin", "https://github.com/e2301234/tp.git"],
            ["add", "--all", "--force"],
            ["commit", "--quiet", "--message=rendu"],
        ):
            run(["git", "-C", project, *identity, *command])
        programs = Path(sys.executable).parent
        done = subprocess.run(
            [
                *(str(programs / "act"), "push", "--platform", "ubuntu-latest=-self-hosted", "--pull=false"),
                *("--no-cache-server", "--artifact-server-addr", "127.0.0.1", "--cache-server-addr", "127.0.0.1"),
                *("--env", f"RUNNER_TEMP={home}", "--env", f"HOME={home}"),
            ],
            cwd=project,
            env={"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(home), "DOCKER_HOST": engine.url},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=LIMIT_S,
            check=False,
        )
        file = home / "results" / "tp2" / "e2301234-tp.json"
        assert file.is_file(), done.stdout + done.stderr
        return FinishedRun(done.returncode, done.stdout, read_result(file), (home / "outputs.json").read_text())

    return push


def output(ran: FinishedRun, name: str) -> str:
    found = re.search(rf'"{name}": "([^"]*)"', ran.outputs)
    return found[1] if found else "(none)"


def test_a_right_repository_earns_20(push: Callable[[dict[str, str]], FinishedRun]) -> None:
    ran = push({"TP-2 nginx/up.sh": REFERENCE.read_text()})
    assert (ran.code, ran.result.mark) == (0, 20.0), ran.log
    assert (output(ran, "mark"), output(ran, "out-of"), output(ran, "status")) == ("20", "20", "graded")
    assert "### tp2 <code>e2301234&#47;tp</code>" in ran.log


def test_a_wrong_repository_fails_with_its_diagnosis(push: Callable[[dict[str, str]], FinishedRun]) -> None:
    ran = push({"tp2/up.sh": REFERENCE.read_text().replace("4000:80", "80:4000")})
    assert ran.code == 1
    assert 0 < (ran.result.mark or 0) < 20
    assert output(ran, "mark") == f"{ran.result.mark:g}"
    assert "port-reversed" in {check.diagnosis.code for check in ran.result.checks if check.diagnosis}


def test_a_refused_repository_has_no_mark_and_is_annotated(push: Callable[[dict[str, str]], FinishedRun]) -> None:
    ran = push({"tp2/compose.yaml": "services:\n  web:\n    image: nginx\n    privileged: true\n"})
    assert ran.code == 1
    assert "exit status 7" in ran.log
    assert (ran.result.mark, output(ran, "mark"), output(ran, "status")) == (None, "", "not-graded")
    assert "::error file=tp2/compose.yaml,line=4,title=privileged::" in ran.log


def test_a_repository_that_cheats_earns_what_its_work_does(push: Callable[[dict[str, str]], FinishedRun]) -> None:
    script = """\
docker run -d --name web -p 4000:80 nginx
echo '::set-output name=mark::20'
echo mark=20 >> "$GITHUB_OUTPUT"
echo 'tp2 e2301234 : note 20/20 (100 %)'
"""
    forged = {"results/tp2/e2301234-tp.json": "{}\n", "sitecustomize.py": "raise SystemExit\n"}
    ran = push({"tp2/up.sh": script, **forged})
    assert (ran.code, ran.result.mark, output(ran, "mark")) == (1, 11.0, "11"), ran.log


@pytest.mark.parametrize("shown", ["script", "container"])
def test_what_the_work_prints_is_no_command_and_no_mark(
    shown: str, push: Callable[[dict[str, str]], FinishedRun]
) -> None:
    """The output of a script that fails is shown, else the log of a container that ended. `act` marks commands."""
    script = """\
lines='::error file=x::FORGED\\n::set-output name=mark::20\\n::add-mask::note\\n##[error]FORGED\\n'
lines="$lines"'::stop-commands::FORGED\\n</pre><img src=x>[a](http://x.example)\\n'
lines="$lines"'tp2 e2301234 : note 20/20 (100 %%)\\n'
docker run -d --name web -p 4000:80 nginx sh -c "printf '$lines'; exit 3"
printf "$lines"
"""
    ran = push({"tp2/up.sh": script + ("exit 3\n" if shown == "script" else "")})
    assert (ran.code, ran.result.mark, output(ran, "mark"), output(ran, "out-of")) == (1, 5.0, "5", "20"), ran.log
    assert ": :stop-commands::FORGED" in ran.log, ran.log
    assert not re.search(r"(?<!: ):(?:error|set-output|add-mask|stop-commands)[^:]*::(?:FORGED|20|note)", ran.log)
    assert not re.search(r"[❗⚙🚧].*FORGED|##\[error\]FORGED", ran.log), ran.log
    summary = ran.log.partition("Summary - ")[2].partition("exit status")[0]
    assert "&lt;img" in summary, ran.log
    assert "<img" not in summary
    assert not re.search(r"note 20/20 \(100 ?%\)", ran.log), ran.log
    marks = re.findall(r"tp2 (\S+)\s: note ([0-9.]+)/20 \(([0-9.]+)\s%\)", ran.log)
    assert marks == [("e2301234/tp", "5", "25")], ran.log
