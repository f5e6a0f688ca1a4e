"""Files of a machine behind SSH are answered as local ones are, whatever that machine's shell prints besides."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from grader.machine.question import Answer, EngineQuestion, FileQuestion, NoAnswer
from grader.machine.temporary_files import STALE_S, new_nonce
from grader.machine.transport.files import MAX_BYTES, MAX_ENTRIES, LocalFiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.machine.transport.interface import Transport
    from tests.machine.machine_over_ssh import SshMachine

pytestmark = pytest.mark.live

NOISE = "printf 'Bienvenue !\\n</0 0>\\n'; echo oops >&2\n"


@pytest.fixture
def folder(ssh_machine: SshMachine) -> Path:
    """A folder of the machine, under the same path here."""
    folder = ssh_machine.machine.shared / "files"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


@pytest.fixture
def link(ssh_machine: SshMachine) -> Iterator[Transport]:
    ssh_machine.write_bashrc("root", NOISE)
    with ssh_machine.transport() as link:
        yield link


def test_answers_are_those_of_local_files(link: Transport, folder: Path) -> None:
    (folder / "page $(touch owned) 'é\n.html").write_bytes(b"\x00\xff</p>")
    (folder / "empty").touch()
    (folder / "sub").mkdir()
    (folder / "sub" / "deep").write_text("x", encoding="ascii")
    (folder / "big").write_bytes(b"x" * (MAX_BYTES + 10))
    (folder / "link").symlink_to("sub")
    (folder / "dangling").symlink_to("nothing")
    paths = [folder, *folder.iterdir(), folder / "nothing", Path("/dev/null"), folder / "sub" / "deep" / "er"]
    for path in paths:
        operations: tuple[Literal["identify", "list", "read"], ...] = ("identify", "list", "read")
        for operation in operations:
            question = FileQuestion(operation, str(path))
            there, here = link.ask(question), LocalFiles().ask(question)
            assert type(there) is type(here), (question, there)
            if isinstance(there, Answer) and isinstance(here, Answer) and "\n" not in str(path.name):
                assert (there.status, there.truncated) == (here.status, here.truncated), question
                assert there.body == here.body or operation == "list", question


def test_a_listing_tells_folders_from_files_in_order(link: Transport, folder: Path) -> None:
    (folder / ".hidden").touch()
    (folder / "b").touch()
    (folder / "a").symlink_to("b")
    answer = link.ask(FileQuestion("list", str(folder)))
    assert isinstance(answer, Answer)
    assert answer.body.decode().splitlines() == [".hidden", "a", "b"]
    root = link.ask(FileQuestion("list", "/"))
    assert isinstance(root, Answer)
    assert b"etc/" in root.body.splitlines()


def test_a_folder_without_end_is_cut(link: Transport, folder: Path) -> None:
    for number in range(MAX_ENTRIES + 10):
        (folder / f"{number:06}").touch()
    answer = link.ask(FileQuestion("list", str(folder)))
    assert isinstance(answer, Answer)
    assert len(answer.body.splitlines()) == MAX_ENTRIES


def test_what_is_written_is_read_and_removed(link: Transport, folder: Path) -> None:
    path = f"{folder}/.grader-{new_nonce()}.txt"
    body = bytes(range(256))
    assert link.ask(FileQuestion("write", path, body)) == Answer()
    assert Path(path).read_bytes() == body
    assert Path(path).stat().st_mode & 0o777 == 0o644
    answer = link.ask(FileQuestion("read", path))
    assert isinstance(answer, Answer)
    assert answer.body == body
    assert link.ask(FileQuestion("remove", path)) == Answer(200)
    assert not Path(path).exists()


def test_nothing_that_is_there_is_written_over(link: Transport, folder: Path) -> None:
    (folder / "precious").write_text("mine", encoding="ascii")
    planted = folder / f".grader-{new_nonce()}.txt"
    planted.symlink_to("precious")
    assert isinstance(link.ask(FileQuestion("write", str(planted), b"owned")), NoAnswer)
    assert (folder / "precious").read_text(encoding="ascii") == "mine"


def test_only_our_names_are_written_or_removed(link: Transport, folder: Path) -> None:
    (folder / "precious").write_text("mine", encoding="ascii")
    with pytest.raises(RuntimeError, match=r"only \.grader- names"):
        link.ask(FileQuestion("write", f"{folder}/page.html", b""))
    link.ask(FileQuestion("remove", f"{folder}/precious"))
    assert (folder / "precious").exists()


def test_what_dead_runs_left_is_swept_and_what_living_ones_need_stays(link: Transport, folder: Path) -> None:
    """Another computer's run may be using the same folder right now: its process ids mean nothing here."""
    host, _, chance = new_nonce().split("-")
    dead, living = f".grader-{host}-4194303-{chance}.txt", f".grader-{host}-{os.getpid()}-{chance}.txt"
    fresh, old = f".grader-00000000-1-{chance}.txt", f".grader-00000000-2-{chance}.txt"
    for name in (dead, living, fresh, old):
        (folder / name).touch()
    long_ago = time.time() - STALE_S - 120
    os.utime(folder / old, (long_ago, long_ago))
    path = f"{folder}/.grader-{new_nonce()}.txt"
    link.ask(FileQuestion("write", path))
    assert {one.name for one in folder.iterdir()} == {living, fresh, Path(path).name}
    for files, name in ((LocalFiles(), dead), (LocalFiles(), old)):
        (folder / name).touch()
        os.utime(folder / name, (long_ago, long_ago))
        files.ask(FileQuestion("write", f"{folder}/.grader-{new_nonce()}.txt"))
        assert not (folder / name).exists()
    assert (folder / living).exists()
    assert (folder / fresh).exists()


def test_a_pipe_is_no_file_and_does_not_make_us_wait(link: Transport, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    began = time.monotonic()
    assert link.ask(FileQuestion("read", f"{folder}/pipe")) == Answer(404)
    assert time.monotonic() - began < 5


def test_what_may_not_be_seen_is_said_so(ssh_machine: SshMachine, folder: Path) -> None:
    secret = folder.parent / "secret"
    secret.mkdir(mode=0o700, exist_ok=True)
    (secret / "file").touch()
    with ssh_machine.transport("ssh://student@pc1") as link:
        for question in (
            FileQuestion("list", str(secret)),
            FileQuestion("read", f"{secret}/file"),
            FileQuestion("write", f"{secret}/.grader-{new_nonce()}"),
        ):
            answer = link.ask(question)
            assert isinstance(answer, NoAnswer), question
            assert answer.reason == "no-access"
            assert "denied" in answer.detail.lower()


@pytest.mark.parametrize("path", ["relative", "/nul\0", "/half \udc80"])
def test_paths_that_no_machine_has_are_no_access(link: Transport, path: str) -> None:
    assert isinstance(link.ask(FileQuestion("read", path)), (NoAnswer, Answer))
    assert isinstance(link.ask(FileQuestion("list", path)), (NoAnswer, Answer))


def test_where_no_more_sessions_are_allowed_files_are_not_at_hand(ssh_machine: SshMachine) -> None:
    """And no second connection is opened instead."""
    ssh_machine.configure(server="MaxSessions 1")
    with ssh_machine.transport() as link:
        assert link.version().product == "Docker"
        answer = link.ask(FileQuestion("list", "/"))
    assert isinstance(answer, NoAnswer)
    assert answer.reason == "not-at-hand"


def test_a_shell_that_begins_to_flood_or_to_hang_is_left_alone(
    ssh_machine: SshMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.machine.transport.ssh.testinfra_backend.CALL_S", 2.0)
    with ssh_machine.transport("ssh://student@pc1") as link:
        for text, reason in (("exec yes\n", "too-large"), ("exec sleep infinity\n", "timeout")):
            ssh_machine.write_bashrc("student", text)
            answer = link.ask(FileQuestion("list", "/"))
            assert isinstance(answer, NoAnswer)
            assert answer.reason == reason
            pong = link.ask(EngineQuestion("/_ping"))
            assert isinstance(pong, Answer)
            assert pong.status == 200
