"""A release is built, uploaded to an index, installed from it by name, and grades."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tarfile
import tomllib
from email import message_from_bytes
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
    from email.message import Message

pytestmark = pytest.mark.long
PROJECT_URL: Final = "https://gitlab.example.org/lab/grader"
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


@pytest.fixture(scope="module")
def built_with_url(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `built`, for a repository that is published."""
    folder = tmp_path_factory.mktemp("dist")
    run(UV, "build", "--quiet", "--out-dir", folder, PROJECT_URL=PROJECT_URL)
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
    own = {"CHANGELOG.md", "CITATION.cff", "LICENSE", "PKG-INFO", "README.md", "hatch_build.py", "pyproject.toml"}
    own |= {".gitignore"}
    assert names - own == set(tracked)


def metadata_in(folder: Path) -> Message:
    with ZipFile(folder / f"container_lab_grader-{VERSION}-py3-none-any.whl") as wheel:
        return message_from_bytes(wheel.read(f"container_lab_grader-{VERSION}.dist-info/METADATA"))


def links_in(readme: str) -> list[str]:
    return re.findall(r"\]\(([^)]+)\)", readme)


def test_every_link_of_the_readme_is_absolute_and_leads_to_a_file(built_with_url: Path) -> None:
    metadata = metadata_in(built_with_url)
    links = links_in(str(metadata.get_payload()))
    below = f"{PROJECT_URL}/(?:blob|raw)/v{re.escape(VERSION)}/"
    paths = [re.sub(below, "", link) for link in links if re.match(below, link)]
    assert len(paths) == len(links_in((ROOT / "README.md").read_text(encoding="utf-8"))) == len(links)
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert "![A terminal: " in str(metadata.get_payload())
    urls = dict(str(line).split(", ") for line in metadata.get_all("Project-URL", []))
    assert urls["Source"] == PROJECT_URL
    assert urls.keys() == {"Changelog", "Documentation", "Issues", "Source"}
    run(UV, "tool", "run", "twine", "check", "--strict", *built_with_url.glob("container_lab_grader*"))


def test_without_a_url_the_readme_has_no_link_that_leads_nowhere(built: Path) -> None:
    assert links_in(str(metadata_in(built).get_payload())) == []
    assert "Project-URL" not in metadata_in(built)


def test_the_metadata_is_complete_and_the_citation_has_the_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project.keys() >= {"authors", "classifiers", "description", "keywords", "license"}
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
