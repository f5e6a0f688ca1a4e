"""A course from its own repository: added, found by name, named in results, updated, compared, removed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from grader.reports.result import read_result
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

GRADER = "import sys; sys.argv[0] = 'grader'; from grader.cli import main; main()"
PYTEST = "import pytest, sys; sys.exit(pytest.main(['-p', 'no:cacheprovider', *sys.argv[1:]]))"


class Student:
    """Somebody in an empty folder, with courses of their own."""

    def __init__(self, folder: Path) -> None:
        self.place = folder / "work"
        self.place.mkdir()
        self.data = folder / "data"

    def run(self, *words: str | Path, code: str = GRADER) -> tuple[int, str]:
        names = ("GRADER_", "PYTEST_", "GIT_")
        clean = {name: text for name, text in os.environ.items() if not name.startswith(names)}
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, words)],
            cwd=self.place,
            env=clean | {"XDG_DATA_HOME": str(self.data), "GRADER_LANG": "en", "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def student(tmp_path: Path) -> Student:
    return Student(tmp_path)


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(folder), *who, *words], check=True, capture_output=True, timeout=60)


@pytest.fixture
def school(tmp_path: Path) -> Path:
    """A school's repository with tp2 in two versions, and solutions, which a student does not get."""
    folder = tmp_path / "docker-tp"
    shutil.copytree(ROOT / "exercises/tp2", folder / "exercises/tp2")
    git(tmp_path, "init", "-q", str(folder))
    for version in ("2026.1", "2026.2"):
        (folder / "exercises/tp2/README.md").write_text(f"# TP2, {version}\n", encoding="utf-8")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", version)
        git(folder, "tag", version)
    return folder


def test_a_repository_becomes_a_course_whose_name_and_version_are_in_results(student: Student, school: Path) -> None:
    code, out = student.run("course", "add", f"{school}@2026.1")
    assert (code, out) == (0, f"docker-tp 2026.1: tp2 ({school})\n")
    kept = {path.relative_to(student.data).as_posix() for path in student.data.rglob("*") if path.is_file()}
    assert "container-lab-grader/courses/docker-tp/exercises/tp2/exercise.toml" in kept
    assert [name for name in kept if "solutions" in name or ".git/" in name] == []

    code, out = student.run("tp2", "--machine", "unix:///nowhere", "--results", "results", code=PYTEST)
    assert code == 6, out
    result = read_result(student.place / "results/tp2/local.json")
    assert (result.suite.course, result.suite.version) == ("docker-tp", "2026.1")
    assert result.checks[0].file == "exercises/tp2/test_1_nginx.py"
    code, out = student.run("start", "docker-tp/tp2")
    assert code == 0, out


def test_a_course_is_updated_compared_and_removed(student: Student, school: Path) -> None:
    student.run("course", "add", f"{school}@2026.1")
    student.run("course", "add", school, "--name", "newest")
    code, out = student.run("course", "diff", "docker-tp/tp2")
    assert code == 1, out
    assert "-# TP2, 2026.1\n+# TP2, 2026.2\n" in out
    code, out = student.run("course", "update", "docker-tp@2026.2")
    assert code == 0, out
    code, out = student.run("course", "diff", "docker-tp/tp2")
    assert code == 0, out
    assert "are equal" in out
    assert "docker-tp 2026.2: tp2" in student.run("course", "list")[1]
    assert student.run("course", "remove", "newest")[0] == 0
    assert "newest" not in student.run("course", "list")[1]
    code, out = student.run("course", "diff", "tp2")
    assert code == 4
    assert "only one copy of tp2" in out


def test_an_export_becomes_a_course(student: Student, tmp_path: Path) -> None:
    archive = tmp_path / "course.zip"
    assert student.run("export", ROOT / "exercises/tp1", ROOT / "exercises/tp2", "--to", archive)[0] == 0
    code, out = student.run("course", "add", f"{archive}@spring")
    assert (code, out) == (0, f"course spring: tp1, tp2 ({archive})\n")


def test_our_own_exercise_comes_before_that_of_a_course(student: Student, school: Path) -> None:
    student.run("course", "add", school)
    shutil.copytree(ROOT / "exercises/tp2", student.place / "exercises/tp2")
    _, out = student.run("course", "diff", "tp2")
    assert "--- exercises/tp2/README.md" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "nowhere.zip"), "nowhere.zip: no such file or folder"),
        (("add", "-x"), "there is no option -x"),
        (("add", "ext::sh -c id"), "a course is a path or an address"),
        (("add", "https://127.0.0.1:1/course.zip"), "cannot be fetched"),
        (("add", "{school}@no-such-tag"), "cannot be fetched"),
        (("add", "{school}", "--name", "../x"), "a course's name consists of letters"),
        (("update", "docker-tpp"), "there is no course 'docker-tpp'; added: –"),
        (("diff", "tp2"), "there is no exercise 'tp2'"),
        (("lsit",), "did you mean list?"),
    ],
)
def test_a_mistake_gives_one_sentence(words: tuple[str, ...], said: str, student: Student, school: Path) -> None:
    code, out = student.run("course", *(word.format(school=school) for word in words))
    assert code == 4
    assert said in out
    assert len(out.splitlines()) == 1
    assert not list(student.data.rglob("exercise.toml"))


def test_a_course_that_is_there_already_is_not_replaced(student: Student, school: Path) -> None:
    student.run("course", "add", f"{school}@2026.1")
    code, out = student.run("course", "add", f"{school}@2026.2")
    assert code == 4
    assert "grader course update docker-tp" in out
    assert "2026.1" in student.run("course", "list")[1]
