"""Files of this computer, by paths from an engine: our files follow no link, and nothing blocks."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from grader.machine.question import Answer, FileQuestion, NoAnswer
from grader.machine.temporary_files import new_nonce
from grader.machine.transport.files import LocalFiles

NAME = ".grader-test.txt"


def test_a_file_of_ours_is_put_into_the_folder_and_taken_away(tmp_path: Path) -> None:
    """The control."""
    path = tmp_path / NAME
    assert LocalFiles().ask(FileQuestion("write", str(path), b"x")) == Answer()
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"x", 0o644)
    assert LocalFiles().ask(FileQuestion("remove", str(path))) == Answer()
    assert not path.exists()
    assert LocalFiles().ask(FileQuestion("write", f"{tmp_path}/nowhere/{NAME}")) == Answer(404)


@pytest.mark.parametrize("way", ["site", "site/..", "site/deep", "parent/site"])
def test_no_link_on_the_way_is_followed(tmp_path: Path, way: str) -> None:
    """A container may replace a mounted folder by one, between our check and our write."""
    elsewhere = tmp_path / "etc"
    (elsewhere / "deep").mkdir(parents=True)
    (elsewhere / "site").mkdir()
    (tmp_path / "site").symlink_to("etc")
    (tmp_path / "parent").symlink_to("etc")
    dead = f".grader-{new_nonce().partition('-')[0]}-4194303-ff.txt"
    for folder in (elsewhere, elsewhere / "deep", elsewhere / "site", tmp_path):
        (folder / dead).touch()
        (folder / NAME).touch()
    before = sorted(tmp_path.rglob("*"))
    wrote = LocalFiles().ask(FileQuestion("write", f"{tmp_path}/{way}/.grader-new.txt", b"x"))
    removed = LocalFiles().ask(FileQuestion("remove", f"{tmp_path}/{way}/{NAME}"))
    for got in (wrote, removed):
        assert isinstance(got, (NoAnswer, Answer))
        assert isinstance(got, NoAnswer) or got.status == 404
    assert sorted(tmp_path.rglob("*")) == before


def identified(path: object) -> list[str]:
    answer = LocalFiles().ask(FileQuestion("identify", str(path)))
    assert isinstance(answer, Answer)
    assert answer.status == 200
    return answer.body.decode().splitlines()


def test_a_folder_is_the_same_through_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "é" / "site").mkdir(parents=True)
    (tmp_path / "link").symlink_to("é")
    status = (tmp_path / "é" / "site").stat()
    expected = [f"{status.st_dev}:{status.st_ino}", f"{tmp_path.resolve()}/é/site"]
    monkeypatch.setenv("HOME", str(tmp_path))
    for path in (tmp_path / "é" / "site", tmp_path / "link" / "site", f"{tmp_path}/link/../é/site/", "~/link/site"):
        assert identified(path) == expected
    assert identified(tmp_path / "é")[0] != expected[0]


def test_what_leads_nowhere_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "dangling").symlink_to("nothing")
    (tmp_path / "circle").symlink_to("circle")
    for path in ("dangling", "nothing", "nothing/deeper"):
        assert LocalFiles().ask(FileQuestion("identify", f"{tmp_path}/{path}")) == Answer(404)
    for path in (f"{tmp_path}/circle", f"{tmp_path}/a\0b", "~nobody-of-that-name/x"):
        assert isinstance(LocalFiles().ask(FileQuestion("identify", path)), NoAnswer)


def test_what_has_nothing_to_say_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's name is short
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
    for path in (tmp_path / "pipe", tmp_path / "socket", tmp_path, Path("/dev/null"), Path("/proc/kmsg")):
        got = LocalFiles().ask(FileQuestion("read", str(path)))
        assert got == Answer(404) or isinstance(got, NoAnswer) or (isinstance(got, Answer) and "proc" in path.parts)
