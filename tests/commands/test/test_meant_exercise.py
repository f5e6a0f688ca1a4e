"""`pytest` with an exercise's name in another way, or without any, grades the one that is meant, or asks which."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TITLE = "TP2 · nginx: detached, published, with a folder of the machine"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of this repository as a student has it: the tests are there, what they need is not installed."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name in ("tp2", "tp3"):
        shutil.copytree(ROOT / "exercises" / name, folder / "exercises" / name)
    (folder / "tests").mkdir()
    shutil.copy(ROOT / "tests/pytest.toml", folder / "tests")
    (folder / "tests/conftest.py").write_text("import only_developers_have_this\n", encoding="utf-8")
    (folder / "tests/test_it.py").touch()
    (folder / "tp2").mkdir()
    (folder / "tp2/index.html").write_text("the student's own", encoding="utf-8")
    return folder


def pytest_in(folder: Path, *words: str, language: str = "en") -> subprocess.CompletedProcess[str]:
    """As a student runs it: with the plugins of the grader alone, on a machine without Docker."""
    theirs = ["hypothesispytest", "xdist", "xdist.looponfail", "timeout", "cacheprovider"]
    plugins = [word for name in theirs for word in ("-p", f"no:{name}")]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, *words],
        cwd=folder,
        env={**os.environ, "GRADER_LANG": language, "DOCKER_HOST": "unix:///nowhere"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("where", "words", "sentence"),
    [
        ("", ["exercises/tp2"], ""),
        ("", ["tp2"], "tp2 is not an exercise; this is exercises/tp2"),
        ("", ["TP2"], "TP2 is not an exercise; this is exercises/tp2"),
        ("", ["exercise/tp2"], "exercise/tp2 is not an exercise; this is exercises/tp2"),
        ("", ["-k", "tp2", "tp2"], "tp2 is not an exercise; this is exercises/tp2"),
        ("exercises", ["tp2"], ""),
        ("exercises/tp2", [], ""),
        ("exercises/tp2", ["."], ""),
        ("exercises/tp2", ["test_1_nginx.py"], ""),
        ("exercises/tp2/solutions", [], ""),
        ("exercises/tp3", ["tp2"], "tp2 is not an exercise; this is ../tp2"),
        ("tp2", ["exercises/tp2"], "exercises/tp2 is not an exercise; this is ../exercises/tp2"),
    ],
)
def test_the_exercise_that_is_meant_is_graded(course: Path, where: str, words: list[str], sentence: str) -> None:
    done = pytest_in(course / where, *words)
    assert done.returncode == 6, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert TITLE in lines
    assert [line for line in lines if "is not an exercise" in line] == [sentence][: bool(sentence)]
    assert sum("!  " in line for line in lines) == 7
    assert not done.stderr


@pytest.mark.parametrize(
    ("where", "words", "sentence"),
    [
        ("exercises", [], "quel exercice\u00a0? Il y a tp2, tp3\u00a0; tape par exemple `pytest tp2`"),
        ("", [], "quel exercice\u00a0? Il y a tp2, tp3\u00a0; tape par exemple `pytest exercises/tp2` (les tests"),
        (
            "",
            ["exercises/tp22"],
            "pas d'exercice 'exercises/tp22'\u00a0; voulais-tu dire exercises/tp2\u00a0?",
        ),
        ("exercises/tp3", ["tp22"], "il n'y a pas d'exercice 'tp22'\u00a0; voulais-tu dire ../tp2\u00a0?"),
        ("..", ["exercises/tp2"], "va dans le dossier qui contient exercises/"),
        ("..", ["exercise/tp2"], "va dans le dossier qui contient exercises/"),
        ("", ["exercises/tp2/test_2.py"], "aucune vérification de tp2 ne porte ce nom"),
    ],
)
def test_one_sentence_asks_which_is_meant(course: Path, where: str, words: list[str], sentence: str) -> None:
    done = pytest_in(course / where, *words, language="fr")
    assert done.returncode == 4, done.stdout + done.stderr
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not done.stdout


def test_the_only_exercise_of_a_folder_needs_no_name(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "exercises/tp2", tmp_path / "exercises/tp2", ignore=shutil.ignore_patterns("solutions"))
    done = pytest_in(tmp_path)
    assert (done.returncode, TITLE in done.stdout) == (
        6,
        True,
    ), done.stdout + done.stderr


def test_a_package_of_the_path_is_an_exercise_too(course: Path, tmp_path: Path) -> None:
    shutil.copytree(course / "exercises", tmp_path / "iut_docker")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--pyargs", "iut_docker.tp2", "--lang", "en", "-p", "no:cacheprovider"],
        cwd=tmp_path.parent,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "DOCKER_HOST": "unix:///nowhere"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, TITLE in done.stdout) == (
        6,
        True,
    ), done.stdout + done.stderr


@pytest.mark.parametrize("words", [["tests/machne"], ["nothing.py"], ["-k", "x", "x::y"]])
def test_other_paths_are_left_to_pytest(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "tests").mkdir()
    done = pytest_in(tmp_path, *words)
    assert done.returncode == 4
    assert "file or directory not found" in done.stderr


def test_somebodys_own_tests_are_run_although_an_exercise_has_the_folders_name(course: Path, tmp_path: Path) -> None:
    shutil.copytree(course / "exercises", tmp_path / "exercises")
    (tmp_path / "tp3").mkdir()
    (tmp_path / "tp3/test_own.py").write_text("def test_it():\n    pass\n", encoding="utf-8")
    done = pytest_in(tmp_path, "tp3")
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout + done.stderr


def test_the_table_is_printed_where_the_exercises_are_behind_a_link(course: Path, tmp_path: Path) -> None:
    (tmp_path / "exercises").symlink_to(course / "exercises")
    done = pytest_in(tmp_path, "exercises/tp2")
    assert TITLE in done.stdout
    assert "  1 !  the container `web` runs" in done.stdout
