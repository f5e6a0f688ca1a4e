"""The students' copy of the exercises grades like the original, and contains no answer."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from grader.scoring.suite import suite_hash
from tests.student_shell import ROOT

EXERCISES = sorted(path.parent for path in ROOT.glob("exercises/*/exercise.toml"))


def export(*words: str | Path, language: str = "en") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from grader.cli import main; main()", "export", *words, "--lang", language],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All exercises, exported and unpacked."""
    folder = tmp_path_factory.mktemp("course")
    done = export(*EXERCISES, "--to", folder / "course.zip")
    assert done.returncode == 0, done.stderr
    assert "no solutions" in done.stdout
    with ZipFile(folder / "course.zip") as archive:
        archive.extractall(folder)
    return folder


BRINGS_UP = re.compile(r"docker (run|build|create|network|service|swarm)")


def commands(script: str) -> list[str]:
    """The lines of a script that bring something up, with each run of spaces as one."""
    lines = re.sub(r"\\\n", " ", script).splitlines()
    return [" ".join(line.split()) for line in lines if BRINGS_UP.search(line)]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda path: path.name)
def test_a_copy_has_what_a_student_needs_and_no_answer(exercise: Path, course: Path) -> None:
    copy = course / "exercises" / exercise.name
    assert suite_hash(copy) == suite_hash(exercise)
    names = {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()}
    assert {"README.md", "README.en.md", "exercise.toml"} <= names
    assert not {name for name in names if "solution" in name or "__pycache__" in name}
    text = " ".join(" ".join(path.read_text(encoding="utf-8").split()) for path in copy.rglob("*") if path.is_file())
    answers = [line for path in exercise.glob("solutions/reference/*.sh") for line in commands(path.read_text("utf-8"))]
    assert answers or exercise.name in {"tp6", "tp7"}, "Compose brings these up"
    assert [answer for answer in answers if answer in text] == []
    files = [path for path in exercise.glob("solutions/reference/*") if path.suffix != ".sh"]
    assert [path.name for path in files if path.name in {Path(name).name for name in names} - {"Dockerfile"}] == []
    assert [path.name for path in files if " ".join(path.read_text("utf-8").split()) in text] == []


def test_the_copy_grades(course: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tp2", "-p", "no:cacheprovider", "--lang", "en"],
        cwd=course,
        env={**os.environ, "DOCKER_HOST": "unix:///nowhere"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stdout.count("0/")) == (6, 7), done.stdout + done.stderr
    assert "no Docker answers on this machine" in " ".join(done.stdout.split())


def test_scripts_stay_executable_and_the_same_exercises_give_the_same_file(course: Path, tmp_path: Path) -> None:
    with ZipFile(course / "course.zip") as archive:
        assert archive.getinfo("exercises/tp4/material/todos/build.sh").external_attr >> 16 == 0o755
    assert export(*reversed(EXERCISES), "--to", tmp_path / "again.zip").returncode == 0
    assert (tmp_path / "again.zip").read_bytes() == (course / "course.zip").read_bytes()


def test_mistakes_are_one_sentence_each(tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/exercise.toml").write_text("points = 'many'", encoding="utf-8")
    mistakes: list[tuple[list[str | Path], str]] = [
        (["tp2", "--to", tmp_path / "course.tar"], "--to is a zip file"),
        (["tp22", "--to", tmp_path / "course.zip"], "did you mean tp2?"),
        ([tmp_path / "broken", "--to", tmp_path / "course.zip"], "exercise.toml:1"),
        (["tp2", "--to", ROOT / "README.md/course.zip"], "cannot be written"),
    ]
    for words, sentence in mistakes:
        done = export(*words)
        assert (done.returncode, sentence in done.stderr) == (4, True), done.stderr
    assert not (tmp_path / "course.zip").exists()
