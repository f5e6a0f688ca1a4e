"""The engine of a machine is the one that `docker` would use there."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest

from grader.errors import MachineUnreachable
from grader.machine.transport.ssh.engine_socket import engine_socket, engine_socket_question
from grader.machine.transport.ssh.login_command import parse_answer, remote_command
from grader.roster.machine_url import parse_machine_url

if TYPE_CHECKING:
    from pathlib import Path

    from tests.machine.machine_over_ssh import SshMachine

URL = parse_machine_url("ssh://pc1")


def chosen(*answer: str) -> str:
    return engine_socket(URL, "anna", answer)


def test_the_first_socket_that_the_account_may_use_is_taken() -> None:
    rootless = "/run/user/1000/docker.sock"
    assert chosen("open /var/run/docker.sock", f"open {rootless}", "env ") == "/var/run/docker.sock"
    assert chosen("shut /var/run/docker.sock", f"open {rootless}", "env ") == rootless


def test_docker_host_and_the_current_context_go_first() -> None:
    there = ("open /var/run/docker.sock",)
    context = 'context {"Name":"rootless","Endpoints":{"docker":{"Host":"unix:///run/user/7/docker.sock"}}}'
    current = 'current \t"currentContext": "rootless",'
    assert chosen(*there, "env unix:///home/anna/my.sock", current, context) == "/home/anna/my.sock"
    assert chosen(*there, "env ", current, context) == "/run/user/7/docker.sock"
    assert chosen(*there, "env ", 'current "currentContext": "default"', context) == "/var/run/docker.sock"
    assert chosen(*there, "env ", 'current {"currentContext": "rootless"}', context) == "/run/user/7/docker.sock"


@pytest.mark.parametrize(
    "lie",
    [
        "env unix:///tmp/a:/etc/shadow",
        "env unix:///tmp/%h",
        "env unix:///tmp/${HOME}",
        f"env unix:///{'x' * 200}",
        "env tcp://192.0.2.1:2375",
        'current "currentContext": [',
        "context {",
        "context []",
        'context {"Name":"x","Endpoints":7}',
    ],
)
def test_what_is_no_plain_path_is_not_taken(lie: str) -> None:
    assert chosen("open /tmp/a b", "open /var/run/docker.sock", lie) == "/var/run/docker.sock"


def test_no_socket_and_no_permission_are_two_things() -> None:
    for answer, code in (((), "ssh-no-socket"), (("shut /var/run/docker.sock",), "ssh-socket-permission")):
        with pytest.raises(MachineUnreachable) as refused:
            chosen(*answer)
        assert refused.value.code == code


def test_the_question_finds_sockets_and_contexts_and_takes_no_password(tmp_path: Path) -> None:
    """Run by a real shell, with a home as `docker` leaves it."""
    (tmp_path / ".docker").mkdir()
    config = {"auths": {"registry.invalid": {"auth": "c2VjcmV0"}}, "currentContext": "mine"}
    (tmp_path / ".docker" / "config.json").write_text(json.dumps(config, indent="\t"), encoding="ascii")
    meta = tmp_path / ".docker/contexts/meta" / hashlib.sha256(b"mine").hexdigest()
    meta.mkdir(parents=True)
    endpoint = {"docker": {"Host": f"unix://{tmp_path}/d.sock", "SkipTLSVerify": False}}
    (meta / "meta.json").write_text(json.dumps({"Name": "mine", "Metadata": {}, "Endpoints": endpoint}), "ascii")
    (tmp_path / "podman").mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "podman" / "podman.sock"))
        asked = subprocess.run(
            ["sh", "-c", engine_socket_question(URL)],
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)},
            capture_output=True,
            check=False,
            text=True,
        )
    assert asked.stderr == ""
    assert f"open {tmp_path}/podman/podman.sock" in asked.stdout.splitlines()
    assert "c2VjcmV0" not in asked.stdout
    assert engine_socket(URL, "anna", asked.stdout.splitlines()) == f"{tmp_path}/d.sock"


def test_only_what_ran_between_the_marks_is_the_answer() -> None:
    for shell in ("sh", "bash", "dash", "csh", "fish", "zsh"):
        if not shutil.which(shell):
            continue
        command = remote_command("f00", engine_socket_question(URL))
        asked = subprocess.run(
            [shell, "-c", command], stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=20
        )
        answer = parse_answer(command.encode() + b"\n<f00\n" + asked.stdout, "f00")
        assert answer is not None, shell
        assert answer.endswith(b"\n")
        assert b"env " in answer
    assert parse_answer(command.encode(), "f00") is None
    assert parse_answer(b"</f00>\n<f00>\n", "f00") is None
    assert parse_answer(b"<f00>\nenv \n", "f00") is None


@pytest.mark.parametrize("question", ["echo 'x'", "echo x\necho y", "test ! -e /x"])
def test_a_question_that_shells_read_differently_is_not_asked(question: str) -> None:
    with pytest.raises(ValueError, match="not every shell"):
        remote_command("f00", question)


@pytest.mark.live
def test_the_usual_socket_and_one_that_is_named_lead_to_the_same_engine(ssh_machine: SshMachine) -> None:
    named = f"ssh://pc1?docker={ssh_machine.machine.shared}/engine.sock"
    with ssh_machine.transport() as usual, ssh_machine.transport(named) as other:
        assert str(usual.version()) == str(other.version())


@pytest.mark.live
@pytest.mark.parametrize("shell", ["/bin/dash", "/bin/bash"])
def test_whatever_shell_the_account_has(ssh_machine: SshMachine, shell: str) -> None:
    subprocess.run(ssh_machine.machine.command_inside("usermod", "--shell", shell, "student"), check=True, timeout=10)
    try:
        with ssh_machine.transport("ssh://student@pc1") as link:
            assert link.version().product == "Docker"
    finally:
        subprocess.run(
            ssh_machine.machine.command_inside("usermod", "--shell", "/bin/bash", "student"), check=True, timeout=10
        )
