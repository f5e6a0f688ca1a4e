"""A socket here may lead to another computer, or to another account: its paths are not looked up here."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.machine.question import ComposeQuestion, FileQuestion, NoAnswer
from grader.machine.transport.connect import open_transport
from grader.machine.transport.interface import DirectTransport
from grader.machine.transport.socket_owner import is_local_engine
from grader.machine.transport.ssh.master import open_master
from grader.roster.machine_url import parse_machine_url
from tests.lab.process import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.machine.machine_over_ssh import SshMachine

OTHER_ACCOUNT = 65534
LISTEN = """
import os, socket, sys, time
os.setuid(int(sys.argv[2]))
engine = socket.socket(socket.AF_UNIX)
engine.bind(sys.argv[1])
engine.listen()
time.sleep(600)
"""


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder that everyone may use, with a path short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="gr", dir="/tmp") as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


@contextmanager
def listening(folder: Path, name: str = "dockerd", account: int = 0) -> Iterator[Path]:
    """A socket on which a program of that name listens, of that account."""
    program, path = folder / name, folder / "engine.sock"
    program.symlink_to(sys.executable)
    python = os.environ | {"PYTHONHOME": sys.base_prefix}
    process = subprocess.Popen([program, "-c", LISTEN, path, str(account)], env=python)
    try:
        wait_until("the socket", path.exists, 20)
        yield path
    finally:
        process.kill()
        process.wait()


def test_an_engine_of_this_computer_is_taken_for_that(short: Path) -> None:
    """The control; a socket on which nobody listens counts as local: the first question reports it."""
    with listening(short) as path:
        assert is_local_engine(path)
        with closing(open_transport(parse_machine_url(f"unix://{path}"))) as link:
            assert isinstance(link, DirectTransport)
            assert link.is_local
    assert is_local_engine(short / "nowhere")


@pytest.mark.parametrize("forwarder", ["ssh", "sshd", "socat"])
def test_what_a_program_forwards_is_on_another_computer(short: Path, forwarder: str) -> None:
    with listening(short, forwarder) as path:
        assert not is_local_engine(path)
        elsewhere(path, short)


def test_the_engine_of_another_account_may_say_what_it_likes(short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUDO_UID", raising=False)
    with listening(short, account=OTHER_ACCOUNT) as path:
        assert not is_local_engine(path)
        elsewhere(path, short)
        monkeypatch.setenv("SUDO_UID", str(OTHER_ACCOUNT))
        assert is_local_engine(path), "of who has typed sudo it is the own one"


@pytest.mark.parametrize(("markers", "is_local"), [("(Path('/'),)", "False"), ("()", "True")])
def test_an_engine_that_is_not_visible_from_a_container_is_outside_of_it(
    short: Path, markers: str, is_local: str
) -> None:
    """Without a container it counts as local: from WSL, the engine of Docker Desktop is not visible either."""
    code = f"""
import sys
from pathlib import Path
from grader.machine.transport import own_container, socket_owner
own_container._MARKERS = {markers}
print(socket_owner.is_local_engine(Path(sys.argv[1])))
"""
    with listening(short) as path:
        asking = ["unshare", "--pid", "--fork", sys.executable, "-c", code, str(path)]
        assert subprocess.check_output(asking, text=True, timeout=60).strip() == is_local


def elsewhere(socket: Path, folder: Path) -> None:
    """Nothing is looked up or written in `folder` for the engine behind that socket."""
    (folder / "compose.yaml").write_text("services: {web: {image: nginx}}", encoding="ascii")
    with closing(open_transport(parse_machine_url(f"unix://{socket}"))) as link:
        for question in (
            FileQuestion("list", str(folder)),
            FileQuestion("write", f"{folder}/.grader-x"),
            ComposeQuestion("config", "x", str(folder), (f"{folder}/compose.yaml",)),
        ):
            assert isinstance(link.ask(question), NoAnswer), question
    assert not (folder / ".grader-x").exists()


@pytest.mark.live
def test_a_socket_that_ssh_really_forwards_is_known(ssh_machine: SshMachine, short: Path) -> None:
    """As a teacher may type it: `ssh -L local.sock:/var/run/docker.sock`."""
    master, _ = open_master(parse_machine_url("ssh://pc1"), ssh_machine.config, "true")
    try:
        path = master.forward("by-hand", str(ssh_machine.machine.shared / "docker.sock"))
        with closing(open_transport(parse_machine_url(f"unix://{path}"))) as link:
            assert link.version().product == "Docker"
        elsewhere(path, short)
    finally:
        master.close()
