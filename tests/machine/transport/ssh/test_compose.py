"""Compose over SSH is the machine's own, and answers as on the machine itself."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.machine.question import Answer, ComposeQuestion, ComposeVerb, NoAnswer
from grader.machine.transport.compose import LocalCompose
from grader.machine.transport.engine_address import EngineAddress
from tests.lab.machines.network_of import on_network_of

if TYPE_CHECKING:
    from tests.machine.machine_over_ssh import SshMachine

pytestmark = pytest.mark.live

PROJECT = """
services:
  web:
    image: nginx
    environment: {NAME: "${NAME-50% of nothing}", HERE: "${PWD}"}
  tool:
    image: nginx
    profiles: [tools]
"""


@pytest.fixture
def project(ssh_machine: SshMachine) -> Path:
    """A folder with a project, under the same path here and on the machine, which has compose."""
    plugin = ssh_machine.machine.home / ".docker" / "cli-plugins" / "docker-compose"
    if not plugin.exists():
        plugin.parent.mkdir(parents=True)
        shutil.copy(Path(sys.executable).parent / "docker-compose", plugin)
    folder = ssh_machine.machine.home / "it's a project"
    folder.mkdir(exist_ok=True)
    (folder / "compose.yaml").write_text(PROJECT, encoding="ascii")
    return folder


def question(verb: ComposeVerb, folder: Path) -> ComposeQuestion:
    return ComposeQuestion(verb, "todos", str(folder), (str(folder / "compose.yaml"),))


def test_answers_are_those_of_compose_on_the_machine(ssh_machine: SshMachine, project: Path) -> None:
    ssh_machine.write_bashrc("root", "echo noise; export COMPOSE_FILE=/nowhere COMPOSE_PROJECT_NAME=other NAME=there\n")
    local = LocalCompose(EngineAddress(ssh_machine.machine.engine.url, "here"))
    with ssh_machine.transport() as link:
        for verb in ("config", "hashes"):
            over_ssh = link.ask(question(verb, project))
            assert isinstance(over_ssh, Answer)
            assert over_ssh.status == 200
            with on_network_of(ssh_machine.machine):
                there = local.ask(question(verb, project))
            assert isinstance(there, Answer)
            if verb == "config":
                read = json.loads(over_ssh.body)
                assert set(read["services"]) == {"web", "tool"}, "whatever the profile"
                assert read["services"]["web"].pop("environment") == {"NAME": "there", "HERE": str(project)}
                expected = json.loads(there.body)
                assert expected["services"]["web"].pop("environment")["HERE"] == str(project)
                assert read == expected
            assert over_ssh.headers["version"]


def test_a_project_goes_down_and_comes_up(ssh_machine: SshMachine, project: Path) -> None:
    def names() -> list[str]:
        return ssh_machine.machine.engine.docker("ps", "--format", "{{.Names}}").stdout.split()

    verbs: dict[ComposeVerb, list[str]] = {"up": ["todos-web-1"], "down": []}
    with ssh_machine.transport() as link:
        for verb, expected in verbs.items():
            answer = link.ask(question(verb, project))
            assert isinstance(answer, Answer)
            assert answer.status == 200, answer.body
            assert names() == expected, "and nothing of a profile that was not asked for"


def test_what_compose_refuses_is_told(ssh_machine: SshMachine, project: Path) -> None:
    (project / "compose.yaml").write_text("services: [", encoding="ascii")
    with ssh_machine.transport() as link:
        answer = link.ask(question("config", project))
    assert isinstance(answer, Answer)
    assert answer.status == 422
    assert b"yaml" in answer.body


def test_without_the_folder_or_compose_it_is_not_at_hand(ssh_machine: SshMachine, project: Path) -> None:
    with ssh_machine.transport() as link:
        gone = link.ask(question("config", project / "gone"))
    with ssh_machine.transport("ssh://student@pc1") as link:  # whose home has no compose
        absent = link.ask(question("config", Path("/")))
    for answer in (gone, absent):
        assert isinstance(answer, NoAnswer)
        assert answer.reason == "not-at-hand"
    assert isinstance(absent, NoAnswer)
    assert absent.detail == "docker compose"


def test_the_old_compose_alone_is_not_at_hand(ssh_machine: SshMachine, project: Path) -> None:
    """Version 1 answers `config --format json` with its own help, and exits with 0."""
    plugin = ssh_machine.machine.home / ".docker" / "cli-plugins" / "docker-compose"
    old = ssh_machine.machine.home / ".docker" / "bin" / "docker-compose"
    old.parent.mkdir(exist_ok=True)
    old.write_text("#!/bin/sh\necho 1.29.2\n", encoding="ascii")
    old.chmod(0o755)
    plugin.rename(plugin.with_name("aside"))
    try:
        with ssh_machine.transport() as link:
            answer = link.ask(question("config", project))
    finally:
        plugin.with_name("aside").rename(plugin)
        old.unlink()
    assert isinstance(answer, NoAnswer)
    assert (answer.reason, answer.detail) == ("not-at-hand", "docker compose")


@pytest.mark.parametrize("name", ["nul\0", "half \ud800", "x" * 200_000])
def test_names_that_no_project_has_are_not_at_hand(ssh_machine: SshMachine, project: Path, name: str) -> None:
    with ssh_machine.transport() as link:
        answer = link.ask(ComposeQuestion("config", name, str(project), ()))
    assert isinstance(answer, NoAnswer)


def test_doctor_does_not_take_this_computers_compose_for_the_machines(ssh_machine: SshMachine) -> None:
    command = [sys.executable, "-c", "from grader.cli import main; main()", "doctor", "tp6", "--lang", "en"]
    done = subprocess.run(
        [*command, "--machine", "ssh://pc1", "--ssh-config", str(ssh_machine.config)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "machine   ssh://pc1\n" in done.stdout, done.stderr
    assert "engine    Docker 20.10" in done.stdout
    assert "compose " not in done.stdout.lower()
