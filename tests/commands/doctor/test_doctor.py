"""Every broken set-up has its own message, with what to type; a working machine has none."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from grader.cli import app
from grader.submission.sandbox import programs
from tests.commands.doctor.engine import HEALTHY_ANSWERS, doctor_engine
from tests.lab.process import ending
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.student_shell import StudentShell

GRADER = [sys.executable, "-c", "from grader.cli import main; main()", "doctor", "--lang", "en"]


def doctor(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("DOCKER_")}
    return subprocess.run(
        [*GRADER, *words],
        env=plain | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a path short enough for a socket."""
    return tmp_path_factory.mktemp("d")


def test_a_sound_machine_has_nothing_in_the_way(short: Path) -> None:
    with doctor_engine(short / "s", HEALTHY_ANSWERS) as url:
        done = doctor("--machine", url)
    assert done.returncode == 0, done.stderr
    assert "engine    Docker 20.10" in done.stdout
    assert "storage   overlay2" in done.stdout
    assert "nothing prevents grading" in done.stdout


@pytest.mark.parametrize(
    ("plugin", "said"), [(None, "buildx    missing or older than 0.17"), ("0.29.1", "buildx    0.29.1")]
)
def test_a_missing_buildx_is_named_and_is_in_nobodys_way(
    plugin: str | None, said: str, short: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only `grader repo` builds: a student's machine can be graded without it."""
    program = tmp_path / "docker-buildx"
    program.write_text(f"#!/bin/sh\necho github.com/docker/buildx v{plugin} 1234567\n")
    program.chmod(0o755)
    monkeypatch.setattr(programs, "find_buildx", lambda: program if plugin else None)
    with doctor_engine(short / "s", HEALTHY_ANSWERS) as url:
        done = CliRunner().invoke(app, ["doctor", "--machine", url, "--lang", "en"])
    assert done.exit_code == 0, done.output
    assert said in done.output


def test_no_engine(short: Path) -> None:
    done = doctor("--machine", f"unix://{short}/nowhere")
    assert done.returncode == 6
    assert "no Docker answers on this machine" in done.stderr
    assert "systemctl start docker" in done.stderr


def test_an_engine_that_was_stopped(short: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(short / "s"))
    done = doctor("--machine", f"unix://{short}/s")
    assert (done.returncode, "Docker is installed but does not answer" in done.stderr) == (6, True)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give the socket to somebody else")
def test_no_permission_on_the_socket(short: Path) -> None:
    with doctor_engine(short / "s", HEALTHY_ANSWERS) as url:
        os.chown(short / "s", 65534, 65534)
        (short / "s").chmod(0o600)
        mortal = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
        done = subprocess.run(
            [*mortal, *GRADER, "--machine", url], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
        )
    assert (done.returncode, "not allowed to use Docker" in done.stderr) == (6, True), done.stderr
    assert "usermod -aG docker" in done.stderr


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        ({"ApiVersion": "1.24", "Version": "1.12"}, "this Docker is too old"),
        ({"ApiVersion": "1.99", "MinAPIVersion": "1.98", "Version": "99"}, "this Docker is too new"),
        ({"hello": "world"}, "is not Docker"),
    ],
)
def test_an_engine_that_cannot_be_talked_to(short: Path, version: dict[str, str], sentence: str) -> None:
    with doctor_engine(short / "s", HEALTHY_ANSWERS | {"/version": version}) as url:
        done = doctor("--machine", url)
    assert done.returncode == 6
    assert sentence in done.stderr


def test_a_context_that_is_not_there() -> None:
    done = doctor(DOCKER_CONTEXT="nowhere")
    assert (done.returncode, "the Docker context `nowhere` cannot be used" in done.stderr) == (6, True), done.stderr


def test_a_certificate_that_is_missing(short: Path) -> None:
    done = doctor("--machine", "tcp://127.0.0.1:2376", DOCKER_TLS_VERIFY="1", DOCKER_CERT_PATH=str(short))
    assert (done.returncode, "DOCKER_CERT_PATH" in done.stderr) == (6, True), done.stderr


def test_a_clock_that_is_wrong(short: Path) -> None:
    with doctor_engine(short / "s", HEALTHY_ANSWERS, date="Mon, 01 Jan 2024 00:00:00 GMT") as url:
        done = doctor("--machine", url)
    assert (done.returncode, "timedatectl" in done.stdout) == (1, True), done.stdout


PODMAN: dict[str, object] = {
    "/version": {"ApiVersion": "1.41", "Version": "4.3", "Components": [{"Name": "Podman Engine"}]}
}


def test_podman_is_told(short: Path) -> None:
    with doctor_engine(short / "s", HEALTHY_ANSWERS | PODMAN) as url:
        done = doctor("--machine", url)
    assert "the engine is Podman" in done.stdout


def test_images_that_are_missing_and_compose_that_is_not_there(short: Path) -> None:
    with doctor_engine(short / "s", HEALTHY_ANSWERS) as url:
        done = doctor("tp6", "--machine", url, PATH="/nowhere")
    assert done.returncode == 1
    assert "docker pull python:alpine" in done.stdout
    assert "`docker compose` is not installed" in done.stdout


@pytest.mark.live
def test_ports_that_are_taken_and_what_other_exercises_left(student: StudentShell) -> None:
    student.run_shell("docker run -d --name todos-mongo -p 4000:80 nginx")
    held = doctor("tp2", "--machine", student.engine.url)
    assert held.returncode == 1
    assert "port 4000 (web) is taken by the container todos-mongo" in held.stdout
    assert "docker stop todos-mongo" in held.stdout
    assert "grader clean tp" in held.stdout
    student.run_shell("docker rm -f todos-mongo")
    command = [sys.executable, "-m", "http.server", "4000", "--bind", "127.0.0.1"]
    with ending(subprocess.Popen(command, stderr=subprocess.DEVNULL)) as server:
        while not _listens(4000):
            assert server.poll() is None
        taken = doctor("tp2", "--machine", student.engine.url)
    assert "port 4000 (web) is taken by a program on the machine" in taken.stdout


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


INFO: dict[str, object] = {"DockerRootDir": "/"}
ROOTLESS: dict[str, object] = {"/info": INFO | {"SecurityOptions": ["name=rootless"]}}
REMAPPED: dict[str, object] = {"/info": INFO | {"SecurityOptions": ["name=seccomp,profile=builtin", "name=userns"]}}
RESTORES: dict[str, object] = {"/info": INFO | {"LiveRestoreEnabled": True}}
IPV6: dict[str, object] = {"/networks/bridge": {"EnableIPv6": True}}
LOOPBACK: dict[str, object] = {
    "/networks/bridge": {"Options": {"com.docker.network.bridge.host_binding_ipv4": "127.0.0.1"}}
}
SENTENCES = {
    "`host-gateway` does not lead to your machine's ports",
    "it may not publish port 80",
    "`mydocker` is an IPv6 address, too",
    "the engine publishes on 127.0.0.1",
    "they may not write to your folders",
    "the engine does not take part in swarms",
    "Podman has no name server at 127.0.0.11",
}


@pytest.mark.parametrize(
    ("exercise", "setting", "sentence"),
    [
        ("tp4", ROOTLESS, "`host-gateway` does not lead to your machine's ports"),
        ("tp7", ROOTLESS, "it may not publish port 80"),
        ("tp1", ROOTLESS, ""),
        ("tp4", IPV6, "`mydocker` is an IPv6 address, too"),
        ("tp7", IPV6, ""),
        ("tp7", LOOPBACK, "the engine publishes on 127.0.0.1"),
        ("tp1", LOOPBACK, ""),
        ("tp4", REMAPPED, "they may not write to your folders"),
        ("tp7", REMAPPED, ""),
        ("tp8", RESTORES, "the engine does not take part in swarms"),
        ("tp7", PODMAN, "Podman has no name server at 127.0.0.11"),
        ("tp6", PODMAN, ""),
    ],
)
def test_a_setting_that_is_in_the_way_of_an_exercise_is_named(
    short: Path, exercise: str, setting: dict[str, object], sentence: str
) -> None:
    with doctor_engine(short / "s", HEALTHY_ANSWERS | setting) as url:
        done = doctor(exercise, "--machine", url)
    shown = " ".join(done.stdout.split())
    assert f"engine {'Podman' if setting is PODMAN else 'Docker 20.10'}" in shown, done.stderr
    assert {one for one in SENTENCES if one in shown} == ({sentence} if sentence else set())
