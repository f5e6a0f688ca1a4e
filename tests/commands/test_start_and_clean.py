"""Material is copied beside a student's work, never over it; only what the exercise made is removed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from grader.commands.start.command import copy_material
from grader.errors import GraderError
from grader.exercise.find import find_exercise
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.student_shell import StudentShell


def exercise(folder: Path) -> Path:
    (folder / "material" / "site").mkdir(parents=True)
    (folder / "material" / "site" / "page.html").write_text("given", encoding="utf-8")
    (folder / "exercise.toml").write_text("", encoding="utf-8")
    return folder


def test_material_is_copied(tmp_path: Path) -> None:
    made = copy_material(exercise(tmp_path / "tp9"), tmp_path / "mine")
    assert made == [tmp_path / "mine" / "site" / "page.html"]
    assert made[0].read_text(encoding="utf-8") == "given"


@pytest.mark.parametrize("exercise", sorted(path.parent for path in ROOT.glob("exercises/*/exercise.toml")), ids=str)
def test_each_exercise_lays_out_what_its_handout_speaks_of(exercise: Path, tmp_path: Path) -> None:
    """Also what lies behind a link: three exercises share the sources of the todos."""
    copied = {path.relative_to(tmp_path).as_posix() for path in copy_material(exercise, tmp_path)}
    assert all((tmp_path / path).is_file() and not (tmp_path / path).is_symlink() for path in copied)
    handout = (exercise / "README.md").read_text(encoding="utf-8")
    named = [path.rstrip("/") for path in re.findall(r"`material/([^`]+)`", handout)]
    assert [path for path in named if not any(f"{one}/".startswith(f"{path}/") for one in copied)] == []
    assert bool(copied) == ("`material" in handout)
    for script in (path for path in copied if path.endswith(".sh")):
        assert os.access(tmp_path / script, os.X_OK)


def test_a_students_file_is_never_written_over(tmp_path: Path) -> None:
    own = tmp_path / "mine" / "site" / "page.html"
    own.parent.mkdir(parents=True)
    own.write_text("hours of work", encoding="utf-8")
    with pytest.raises(GraderError, match="perhaps your work"):
        copy_material(exercise(tmp_path / "tp9"), tmp_path / "mine")
    assert own.read_text(encoding="utf-8") == "hours of work"


def test_a_mistyped_exercise_gets_a_near_miss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert find_exercise("tp2").name == "tp2"
    with pytest.raises(GraderError, match="did you mean tp2"):
        find_exercise("tpp2")


@pytest.mark.live
def test_clean_removes_what_the_exercise_made_and_nothing_else(student: StudentShell) -> None:
    student.do_tp2()
    student.run_shell("docker run -d --name web2 nginx && docker network create mine && docker volume create data")

    def grader(*words: str, answer: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from grader.cli import main; main()", "clean", "tp2", "--lang", "en", *words]
        return subprocess.run(
            command,
            env=student.environment,
            cwd=ROOT,
            input=answer,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    refused = grader(answer="n\n")
    assert refused.returncode == 0
    assert "container  web\n" in refused.stdout
    assert "nothing was removed" in refused.stdout
    unanswered = grader()
    assert (unanswered.returncode, unanswered.stderr) == (
        4,
        "grader: nobody can answer here; with --yes, no confirmation is asked for\n",
    )
    assert set(student.engine.docker("ps", "-a", "--format", "{{.Names}}").stdout.split()) == {"web", "hello", "web2"}
    assert grader("--lang", "fr", answer="oui\n").returncode == 0
    assert student.engine.docker("ps", "-a", "--format", "{{.Names}}").stdout.split() == ["web2"]
    assert "mine" in student.engine.docker("network", "ls", "--format", "{{.Name}}").stdout
    assert "data" in student.engine.docker("volume", "ls", "--quiet").stdout
    assert (student.home / "Docker/site/index.html").exists()
    assert "nothing to remove" in grader("--yes").stdout


@pytest.mark.live
def test_clean_keeps_the_data_of_a_compose_project(student: StudentShell) -> None:
    student.run_shell(
        "docker volume create --label com.docker.compose.project=todos todos_data;"
        "docker network create --label com.docker.compose.project=todos todos_default;"
        "docker run -d --name todos-todos-mongo-1 --label com.docker.compose.project=todos -v todos_data:/data/db nginx"
    )
    done = subprocess.run(
        [sys.executable, "-c", "from grader.cli import main; main()", "clean", "tp6", "--lang", "fr", "--yes"],
        env=student.environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.splitlines() == [
        "conteneur  todos-todos-mongo-1",
        "réseau     todos_default",
        "conservés, avec ce qu'ils contiennent\u00a0: les volumes todos_data\u00a0; `docker volume rm` les supprime",
    ], done.stdout + done.stderr
    assert student.engine.docker("ps", "-aq").stdout == ""
    assert "todos_data" in student.engine.docker("volume", "ls", "--quiet").stdout
