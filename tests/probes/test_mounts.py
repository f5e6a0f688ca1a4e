"""What `docker cp` brings of a file: its words, and where a symbolic link leads."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

from grader.machine.machine import Machine
from grader.machine.question import Answer, EngineQuestion, NoAnswer
from grader.machine.sheet import Sheet, Title
from grader.probes.mounts import FileFact, read_inside
from grader.probes.volumes import parse_device
from tests.machine.scripts import Script

if TYPE_CHECKING:
    from grader.machine.question import Question


class Holds(Script):
    """An engine whose container has these files; a name with `->` in front of its words is a link."""

    def __init__(self, files: dict[str, str]) -> None:
        super().__init__()
        self._files = files

    def ask(self, question: Question) -> Answer | NoAnswer:
        assert isinstance(question, EngineQuestion)
        path = dict(question.query)["path"]
        if path not in self._files:
            return Answer(404)
        member, words = tarfile.TarInfo(path.rpartition("/")[2]), self._files[path]
        if words.startswith("->"):
            member.type, member.linkname, words = tarfile.SYMTYPE, words[2:], ""
        member.size = len(words)
        body = io.BytesIO()
        with tarfile.open(fileobj=body, mode="w") as tar:
            tar.addfile(member, io.BytesIO(words.encode()))
        return Answer(body=body.getvalue())


def read(path: str, **files: str) -> FileFact | None:
    named = {name.replace("__", "/"): words for name, words in files.items()}
    return read_inside(Machine(Holds(named), Sheet(points=20, title=Title("", ""))), "c0ffee", path)


def test_a_link_is_followed_to_its_file() -> None:
    found = read("/foo/hello", __foo__hello="->hello.sh", **{"/foo/hello.sh": "hello world"})
    assert found
    assert (found.content, found.at, found.link, found.is_folder) == (b"hello world", "/foo/hello.sh", "", False)


def test_a_link_may_climb_and_be_absolute() -> None:
    found = read("/foo/hello", __foo__hello="->../bar/a", __bar__a="->/b", __b="x")
    assert found
    assert (found.content, found.at) == (b"x", "/b")


def test_a_link_to_nowhere_is_told_as_a_link_and_not_as_a_folder() -> None:
    found = read("/foo/hello", __foo__hello="->/home/anna/hello")
    assert found
    assert (found.link, found.is_folder, found.content) == ("/home/anna/hello", False, b"")


def test_two_links_that_lead_to_each_other_end() -> None:
    found = read("/a", __a="->b", __b="->a")
    assert found
    assert found.link


def test_nothing_there_is_nothing() -> None:
    assert read("/foo/hello") is None


def test_a_volume_may_stand_for_a_folder_of_the_machine() -> None:
    assert parse_device({"type": "none", "o": "ro,bind", "device": "/home/anna/site"}) == "/home/anna/site"
    assert parse_device({"type": "tmpfs", "o": "size=1m", "device": "tmpfs"}) == ""
    assert parse_device({}) == ""
