"""A repository behind SSH: git is in the sandbox, `ssh` and its keys are not, and a real sshd serves it."""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from grader.submission.clone import ssh_relay
from grader.submission.clone.clone import CloneFailed, clone
from tests.lab.debian_packages import require_program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    folder = tmp_path / "un dépôt"
    folder.mkdir()
    (folder / "compose.yaml").write_text("services: {}\n")
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.email=a@b", "-c", "user.name=a", "commit", "-qm", "x"]):
        subprocess.run(["git", "-C", folder, *words], check=True)
    return folder


@pytest.fixture
def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    sshd = require_program("sshd", "openssh-server")
    folder = tmp_path / "sshd"
    folder.mkdir(mode=0o700)
    for name in ("host", "mine"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    shutil.copy(folder / "mine.pub", folder / "authorized_keys")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        number = int(free.getsockname()[1])
    settings = {
        "Port": number,
        "ListenAddress": "127.0.0.1",
        "HostKey": folder / "host",
        "AuthorizedKeysFile": folder / "authorized_keys",
        "StrictModes": "no",
        "UsePAM": "no",
        "PidFile": "none",
    }
    (folder / "config").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    (folder / "known").write_text(f"[127.0.0.1]:{number} {(folder / 'host.pub').read_text()}")
    ours = (f"-i{folder / 'mine'}", f"-oUserKnownHostsFile={folder / 'known'}", "-oIdentitiesOnly=yes")
    monkeypatch.setattr(ssh_relay, "_OPTIONS", (*ssh_relay._OPTIONS, *ours))
    (tmp_path / "run").mkdir()
    subprocess.run(["mkdir", "-p", "/run/sshd"], check=True)
    with subprocess.Popen([sshd, "-D", "-e", "-f", folder / "config"], stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(number)
            yield number
        finally:
            server.kill()


def _wait_for(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with closing(socket.socket()) as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("sshd does not listen")


def test_a_repository_behind_ssh_is_cloned(origin: Path, port: int, tmp_path: Path) -> None:
    address = f"ssh://{getpass.getuser()}@127.0.0.1:{port}{str(origin).replace(' ', '%20')}"
    commit = clone(address, tmp_path / "clone").id
    assert (tmp_path / "clone" / "compose.yaml").read_text() == "services: {}\n"
    head = subprocess.run(["git", "-C", origin, "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    assert commit == head.stdout.strip()


def test_a_server_that_refuses_is_a_refusal_in_one_sentence(port: int, tmp_path: Path) -> None:
    with pytest.raises(CloneFailed, match=r"ssh://…@127\.0\.0\.1\S* cannot be cloned"):
        clone(f"ssh://nobody-here@127.0.0.1:{port}/x", tmp_path / "clone")
    assert not (tmp_path / "clone").exists()


@pytest.mark.parametrize(
    ("address", "command"),
    [
        ("git@forge.example:zoe/tp.git", ["--", "git@forge.example", "git-upload-pack zoe/tp.git"]),
        ("ssh://git@forge.example/zoe/tp.git", ["--", "git@forge.example", "git-upload-pack /zoe/tp.git"]),
        ("ssh://forge.example:2222/a b;c", ["-p2222", "--", "forge.example", "git-upload-pack '/a b;c'"]),
    ],
)
def test_the_command_line_is_made_from_the_address(address: str, command: list[str]) -> None:
    assert ssh_relay.is_ssh(address)
    assert ssh_relay._command(address)[-len(command) :] == command


def test_an_address_of_another_kind_is_not_for_ssh() -> None:
    assert not ssh_relay.is_ssh("https://forge.example/zoe/tp.git")
