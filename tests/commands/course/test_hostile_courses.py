"""Files of foreign courses are data: what leads out of its folder, or is too much, is refused and leaves nothing."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from grader.commands.course import archive, install
from grader.commands.course.install import install as install_course
from grader.commands.course.source import parse_source
from grader.errors import GraderError
from grader.exercise.courses import courses_folder
from tests.commands.course.test_course import git
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SPEC = (ROOT / "exercises/tp2/exercise.toml").read_bytes()


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data"


def packed(place: Path, *entries: tuple[str | ZipInfo, bytes]) -> Path:
    with ZipFile(place, "w", ZIP_DEFLATED) as made:
        for entry, content in (("exercises/tp2/exercise.toml", SPEC), *entries):
            made.writestr(entry, content)
    return place


def link(name: str) -> ZipInfo:
    entry = ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def refusal(source: Path) -> str:
    with pytest.raises(GraderError) as raised:
        install_course(parse_source(str(source)), "foreign")
    assert list(courses_folder().iterdir()) == []
    return raised.value.code


def test_the_same_archive_without_the_trap_is_installed(tmp_path: Path) -> None:
    """Otherwise the tests below would pass for another reason."""
    install_course(parse_source(str(packed(tmp_path / "c.zip"))), "foreign")
    assert (courses_folder() / "foreign/exercises/tp2/exercise.toml").is_file()


@pytest.mark.parametrize(
    "entry",
    [
        "../evil.py", "exercises/../../evil.py", "/tmp/evil.py", "exercises\\..\\evil.py", "C:/evil.py",  # noqa: S108
        "exercises/tp2/exercise.toml/x", link("exercises/tp2/material"),
    ],
    ids=str,
)  # fmt: skip
def test_a_file_outside_its_folder_is_refused(entry: str | ZipInfo, tmp_path: Path) -> None:
    assert refusal(packed(tmp_path / "c.zip", (entry, b"/etc/passwd"))) == "added-course.unsafe-file"
    assert not list(tmp_path.rglob("evil.py"))


def test_a_file_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        source = packed(tmp_path / "c.zip", ("exercises/tp2/exercise.toml", b""))
    assert refusal(source) == "added-course.unsafe-file"


def test_a_large_archive_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 1_000_000)
    assert (
        refusal(packed(tmp_path / "c.zip", ("exercises/tp2/material/zeros", bytes(2_000_000))))
        == "added-course.too-large"
    )


def test_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_FILES", 3)
    entries = [(f"exercises/tp2/material/{number}", b"") for number in range(3)]
    assert refusal(packed(tmp_path / "c.zip", *entries)) == "added-course.too-many-files"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", SPEC])
def test_what_is_no_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "c.zip").write_bytes(content)
    assert refusal(tmp_path / "c.zip") == "added-course.not-an-archive"


def test_an_invalid_spec_is_refused(tmp_path: Path) -> None:
    assert (
        refusal(packed(tmp_path / "c.zip", ("exercises/tp3/exercise.toml", b"points = 'many'")))
        == "added-course.unreadable"
    )


@pytest.mark.parametrize("target", ["/etc/passwd", "../../../secret"])
def test_a_link_out_of_a_repository_is_refused(target: str, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    (repository / "exercises/tp2/material").mkdir(parents=True)
    (repository / "exercises/tp2/exercise.toml").write_bytes(SPEC)
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    (repository / "exercises/tp2/material/notes.txt").symlink_to(target)
    git(tmp_path, "init", "-q", str(repository))
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "1")
    assert refusal(repository) in {"added-course.unsafe-file", "usage.not-writable"}


def test_a_link_in_a_circle_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "MOST_FILES", 20)
    repository = tmp_path / "repository"
    (repository / "exercises/tp2/material").mkdir(parents=True)
    (repository / "exercises/tp2/exercise.toml").write_bytes(SPEC)
    (repository / "exercises/tp2/material/again").symlink_to("..")
    git(tmp_path, "init", "-q", str(repository))
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "1")
    assert refusal(repository) == "added-course.too-many-files"
