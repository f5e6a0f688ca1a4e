"""A release is built, uploaded to an index, installed from it by name, and grades."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zipfile import ZipFile

import pytest
import requests

from grader.version import VERSION
from tests.lab.process import ending, wait_until
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.long
UV: Final = Path(sys.executable).with_name("uv")


def run(*words: str | Path, cwd: Path = ROOT, **environ: str) -> str:
    done = subprocess.run(
        words, cwd=cwd, env={**os.environ, **environ}, capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    run(UV, "build", "--quiet", "--out-dir", folder)
    return folder


def test_the_wheel_has_the_package_and_the_sdist_no_solution(built: Path) -> None:
    with ZipFile(built / f"container_lab_grader-{VERSION}-py3-none-any.whl") as wheel:
        top = {name.partition("/")[0] for name in wheel.namelist()}
        in_wheel = {name for name in wheel.namelist() if name.startswith("grader/")}
    assert top == {"grader", f"container_lab_grader-{VERSION}.dist-info"}
    tracked = run("git", "ls-files", "grader").split()
    assert in_wheel == set(tracked)
    with tarfile.open(built / f"container_lab_grader-{VERSION}.tar.gz") as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    own = {"CHANGELOG.md", "CITATION.cff", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml", ".gitignore"}
    assert names - own == set(tracked)


def test_the_metadata_is_complete_and_the_citation_has_the_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project.keys() >= {"authors", "classifiers", "description", "keywords", "license", "readme"}
    assert re.search(rf'^version: "{re.escape(VERSION)}"$', (ROOT / "CITATION.cff").read_text("utf-8"), re.MULTILINE)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[str]:
    """The address of an empty index that takes uploads."""
    run(UV, "venv", "--quiet", "--python", sys.executable, tmp_path / "server")
    run(UV, "pip", "install", "--quiet", "--python", tmp_path / "server/bin/python", "pypiserver")
    (tmp_path / "packages").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command: list[str | Path] = [
        tmp_path / "server/bin/pypi-server",
        "run",
        "-i",
        "127.0.0.1",
        "-p",
        str(port),
        "-P",
        ".",
        "-a",
        ".",
    ]
    with ending(subprocess.Popen([*command, tmp_path / "packages"], stderr=subprocess.DEVNULL)):
        wait_until("the index", lambda: _listens(port), 60)
        yield f"http://127.0.0.1:{port}"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_release_is_uploaded_installed_by_name_and_grades(built: Path, index: str, tmp_path: Path) -> None:
    files = [path for path in built.iterdir() if path.name.startswith("container_lab_grader")]
    run(UV, "publish", "--publish-url", index, "--username", "anyone", "--password", "any", *files)
    page = requests.get(f"{index}/simple/container-lab-grader/", timeout=20).text
    assert page.count(f"container_lab_grader-{VERSION}") >= 2
    python, programs = tmp_path / "fresh/bin/python", tmp_path / "fresh/bin"
    run(UV, "venv", "--quiet", "--python", sys.executable, tmp_path / "fresh")
    where = ["--index", f"{index}/simple/", "--index-strategy", "unsafe-best-match"]
    run(UV, "pip", "install", "--quiet", "--python", python, *where, f"container-lab-grader=={VERSION}")
    assert run(programs / "grader", "--version", cwd=tmp_path).startswith(f"grader {VERSION}")
    run(programs / "grader", "export", ROOT / "exercises/tp2", "--to", "course.zip", cwd=tmp_path)
    with ZipFile(tmp_path / "course.zip") as course:
        course.extractall(tmp_path)  # noqa: S202 - ours
    graded = subprocess.run(
        [programs / "pytest", "tp2", "--lang", "en"],
        cwd=tmp_path,
        env={**os.environ, "DOCKER_HOST": "unix:///nowhere"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (graded.returncode, "TP2 · " in graded.stdout, "no mark" in graded.stdout) == (6, True, True), graded.stdout
