"""Compose runs only on projects of the account that grades, in the student's own environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.machine.question import Answer, ComposeQuestion, NoAnswer
from grader.machine.transport.compose import LocalCompose, compose_arguments
from grader.machine.transport.compose_trust import is_absolute_path
from grader.machine.transport.engine_address import EngineAddress

OTHER_ACCOUNT = 65534
PROJECT = """\
services:
  web:
    image: nginx
    ports: ["${PORT-80}:80"]
    environment:
      HOME: "${HOME}"
      HERE: "${PWD}"
      NAME:
"""
COMPOSE = Path(sys.executable).parent / "docker-compose"


@pytest.fixture(autouse=True)
def students_own_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if on a student's own computer, whatever runs the tests."""
    for name in list(os.environ):
        if name == "CI" or name.startswith(("CI_", "GITHUB_", "GRADER_", "GITLAB_")):
            monkeypatch.delenv(name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    project = tmp_path / "todos"
    project.mkdir()
    (project / "compose.yaml").write_text(PROJECT, encoding="ascii")
    return project


def ask(folder: Path | str, *files: Path | str, env_files: tuple[str, ...] = ()) -> Answer | NoAnswer:
    named = tuple(map(str, files)) or (f"{folder}/compose.yaml",)
    return LocalCompose(EngineAddress("unix:///run/none.sock", "none")).ask(
        ComposeQuestion("config", "todos", str(folder), named, env_files)
    )


def web(answer: Answer | NoAnswer) -> dict[str, object]:
    assert isinstance(answer, Answer), answer
    assert answer.status == 200, answer.body
    service = json.loads(answer.body)["services"]["web"]
    assert isinstance(service, dict)
    return service


def refused(answer: Answer | NoAnswer) -> str:
    assert isinstance(answer, NoAnswer), answer
    assert answer.reason == "no-access"
    return answer.detail


def test_a_student_s_own_project_sees_the_variables_of_its_own_shell(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: whatever the file may use, as in the shell in which `docker compose up` was typed."""
    for name, value in {"PORT": "4000", "NAME": "anna", "MONGO_PASSWORD": "x", "COMPOSE_FILE": "/nowhere"}.items():
        monkeypatch.setenv(name, value)
    service = web(ask(folder))
    assert service["environment"] == {"HOME": os.environ["HOME"], "HERE": str(folder), "NAME": "anna"}
    monkeypatch.delenv("COMPOSE_FILE")
    typed = subprocess.run(
        [COMPOSE, "config", "--hash", "*"],
        cwd=folder,
        env=os.environ | {"PWD": str(folder)},
        capture_output=True,
        check=True,
        timeout=30,
    )
    hashes = LocalCompose(EngineAddress("unix:///run/none.sock", "none")).ask(
        ComposeQuestion("hashes", "todos", str(folder), (f"{folder}/compose.yaml",))
    )
    assert isinstance(hashes, Answer)
    assert hashes.body == typed.stdout


@pytest.mark.parametrize("secretive", ["GRADER_SIGNING_KEY", "CI_JOB_TOKEN", "CI"])
@pytest.mark.parametrize(
    "use",
    ["      X: ${NAME_OF_IT}\n", "      X: $NAME_OF_IT\n", "      NAME_OF_IT:\n", "      X: '${NAME_OF_IT:-x}'\n"],
)
def test_where_the_grader_s_secrets_are_a_project_does_not_see_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch, secretive: str, use: str
) -> None:
    """Nor any other that may be one; and the project is not judged by what compose would read without them."""
    monkeypatch.setenv(secretive, "CANARY")
    monkeypatch.setenv("REGISTRY_TOKEN", "CANARY")
    for name in (secretive, "REGISTRY_TOKEN"):
        (folder / "compose.yaml").write_text(PROJECT + use.replace("NAME_OF_IT", name), encoding="ascii")
        assert refused(ask(folder)) == f"it uses ${name}, which the grader keeps to itself"
    (folder / "compose.yaml").write_text(PROJECT, encoding="ascii")
    assert web(ask(folder))["environment"] == {"HOME": os.environ["HOME"], "HERE": str(folder), "NAME": None}


def test_a_variable_that_another_file_of_the_project_uses_is_not_given_either(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the use of a variable is not found, compose does not get it."""
    monkeypatch.setenv("GRADER_SIGNING_KEY", "CANARY")
    monkeypatch.setenv("REGISTRY_TOKEN", "CANARY")
    (folder / "web.env").write_text("A=${GRADER_SIGNING_KEY}\nB=$REGISTRY_TOKEN\nREGISTRY_TOKEN\n", encoding="ascii")
    (folder / "compose.yaml").write_text(PROJECT + "    env_file: web.env\n", encoding="ascii")
    assert "CANARY" not in str(web(ask(folder)))


@pytest.mark.parametrize(
    ("folder_told", "file"),
    [
        ("{folder}", "git@127.0.0.1:repo.git"),
        ("{folder}", "https://127.0.0.1:1/repo.git"),
        ("{folder}", "oci://127.0.0.1:1/image"),
        ("{folder}", "github.com/nobody/nothing"),
        ("{folder}", "-f/etc/passwd"),
        ("{folder}", "--help"),
        ("{folder}", "compose.yaml"),
        ("{folder}", "//etc/passwd"),
        ("{folder}", "/nul\0"),
        (".", "/etc/passwd"),
        ("", "/etc/passwd"),
    ],
)
def test_only_whole_paths_are_handed_to_compose(
    folder: Path, monkeypatch: pytest.MonkeyPatch, folder_told: str, file: str
) -> None:
    started = folder.parent / "started"
    programs = folder.parent / "bin"
    programs.mkdir()
    (programs / "git").write_text(f"#!/bin/sh\ntouch {started}\nexit 1\n", encoding="ascii")
    (programs / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.chdir(folder)
    assert refused(ask(folder_told.format(folder=folder), file)).endswith("not the whole path of a file")
    assert not started.exists()


@pytest.mark.parametrize("name", ["git@127.0.0.1:repo.git", "https:/127.0.0.1:1/repo.git", "-f.yaml", "a,b %h $x.yaml"])
def test_a_file_with_an_odd_name_is_still_a_file(folder: Path, name: str) -> None:
    """The control: in an absolute path, a name cannot be an address or an option."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PROJECT, encoding="ascii")
    assert web(ask(folder, path))["image"] == "nginx"


def test_what_labels_tell_is_no_option_of_its_own() -> None:
    question = ComposeQuestion("up", "--help", "/x", ("/-f",), ("/-e",), ("--all",))
    assert [word for word in compose_arguments(question) if "=" not in word] == ["up", "--detach"]
    assert not any(map(is_absolute_path, ("-f", "", "/" * 5000, "/" + "a" * 5000, "~/x", "x/y")))


def test_an_environment_file_of_the_project_s_own_folder_is_read(folder: Path) -> None:
    (folder / "ports.env").write_text("PORT=4567\n", encoding="ascii")
    service = web(ask(folder, env_files=(f"{folder}/ports.env",)))
    assert "4567" in str(service["ports"])


def test_an_environment_file_from_elsewhere_is_not_read(folder: Path) -> None:
    """An image may bring along the label that names it: its containers inherit what compose itself does not set."""
    secret = folder.parent / "secret.env"
    secret.write_text("PORT=1\nNAME=CANARY\n", encoding="ascii")
    (folder / "link.env").symlink_to(secret)
    for path in (secret, folder / "link.env", folder / ".." / "secret.env"):
        assert refused(ask(folder, env_files=(str(path),))).endswith("outside of the project's folder")


def test_what_belongs_to_another_account_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a server that a class shares, graded by its administrator: what a file says may start programs."""
    monkeypatch.delenv("SUDO_UID", raising=False)
    for path in (folder, folder / "compose.yaml"):
        os.chown(path, OTHER_ACCOUNT, -1)
        assert refused(ask(folder)) == f"{path}: belongs to another account"
        os.chown(path, os.geteuid(), -1)
    assert web(ask(folder))["image"] == "nginx"


def test_who_grades_the_own_project_with_sudo_is_no_other_account(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (folder, folder / "compose.yaml"):
        os.chown(path, OTHER_ACCOUNT, -1)
    monkeypatch.setenv("SUDO_UID", str(OTHER_ACCOUNT))
    assert web(ask(folder))["image"] == "nginx"
