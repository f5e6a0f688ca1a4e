"""A real engine that is stopped, killed, forbidden or missing, and containers that disappear meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

import pytest

from tests.faults.measured_grading import MeasuredGrading, grade_and_measure
from tests.lab.fault_proxy import Exchange, FaultProxy
from tests.lab.machines import DOCKER_20, machines
from tests.lab.machines.faults import at_request, hang, kill_engine, resume, start_engine
from tests.student_shell import StudentShell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.lab import Lab
    from tests.lab.machines import LabMachine

pytestmark = [pytest.mark.live, pytest.mark.long]

NO_OVERRIDE: Final = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Root without the right to open files of others: like an ordinary user who may not use Docker's socket."""


@pytest.fixture(scope="module")
def machine(lab: Lab) -> Iterator[LabMachine]:
    with machines(lab, {"failing": DOCKER_20}, ("nginx", "ubuntu")) as [started]:
        StudentShell(started.engine, started.home).do_tp2()
        yield started


@pytest.fixture
def honest(machine: LabMachine) -> LabMachine:
    """The machine with its engine up, and the student's work on it."""
    if not machine.processes("dockerd"):
        start_engine(machine)
    machine.engine.docker("start", "web")  # the death of an engine takes its containers along
    return machine


def graded_on(machine: LabMachine, folder: Path) -> MeasuredGrading:
    command = machine.command_on_network(sys.executable, "-m", "pytest")
    return grade_and_measure(StudentShell(machine.engine, machine.home), folder, "--lang=en", command=command)


def is_no_mark(graded: MeasuredGrading, code: str, folder: Path) -> None:
    assert graded.exit_code == 6, graded.output
    assert (graded.result.mark, graded.result.reason_code) == (None, code)
    assert graded.has_blamed_student == []
    assert "no mark" in graded.output
    assert "Traceback" not in graded.output
    assert ET.parse(folder / "tp2" / "e1.xml").getroot().findall(".//error")  # noqa: S314 - the grader's own


@pytest.mark.parametrize("number", [1, 3, 6])
def test_an_engine_killed_in_mid_run_leaves_no_mark_and_no_zero(
    honest: LabMachine, number: int, tmp_path: Path
) -> None:
    with at_request(honest, number, kill_engine):
        graded = graded_on(honest, tmp_path)
    is_no_mark(graded, "engine-lost", tmp_path)
    assert graded.seconds < 20


def test_an_engine_stopped_in_mid_run_leaves_no_mark_after_one_wait(honest: LabMachine, tmp_path: Path) -> None:
    """`SIGSTOP`: it accepts connections, and never answers."""
    try:
        with at_request(honest, 4, hang):
            graded = graded_on(honest, tmp_path)
    finally:
        resume(honest)
    is_no_mark(graded, "engine-silent", tmp_path)
    assert 20 <= graded.seconds < 35, "one time limit of a call, not one a check"


def test_the_honest_control_keeps_every_point_on_the_engine_that_came_back(honest: LabMachine, tmp_path: Path) -> None:
    graded = graded_on(honest, tmp_path)
    assert (graded.exit_code, graded.result.mark) == (0, 20), graded.output


def test_no_docker_at_all_is_one_sentence_with_what_to_do(student: StudentShell, tmp_path: Path) -> None:
    graded = grade_and_measure(student, tmp_path, "--lang=en", f"--machine=unix://{tmp_path}/docker.sock")
    is_no_mark(graded, "engine-absent", tmp_path)
    assert "start Docker" in graded.output


def test_a_socket_that_nobody_listens_on_is_told_from_none(student: StudentShell, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", f"import socket; socket.socket(1).bind('{tmp_path}/s')"], check=True)
    is_no_mark(
        grade_and_measure(student, tmp_path, "--lang=en", f"--machine=unix://{tmp_path}/s"), "engine-stopped", tmp_path
    )


def test_no_permission_on_the_socket_says_which_group_to_join(student: StudentShell, tmp_path: Path) -> None:
    (tmp_path / "dir").mkdir(mode=0o755)
    with FaultProxy(student.engine.url, tmp_path / "dir" / "s") as proxy:
        os.chown(proxy.socket_path, 65534, 65534)
        proxy.socket_path.chmod(0o600)
        command = (*NO_OVERRIDE, sys.executable, "-m", "pytest")
        graded = grade_and_measure(student, tmp_path, "--lang=en", f"--machine={proxy.url}", command=command)
    is_no_mark(graded, "engine-permission", tmp_path)
    assert "join the `docker` group" in graded.output
    assert proxy.requests == []


def test_a_container_that_goes_between_the_list_and_the_look_is_not_there(
    student: StudentShell, tmp_path: Path
) -> None:
    student.do_tp2()

    def remove_first(exchange: Exchange) -> None:
        student.run_shell("docker rm -f web")
        exchange.proxy.clear_requests()
        exchange.pass_on()

    with FaultProxy(student.engine.url, tmp_path / "s") as proxy:
        proxy.inject("/containers/[0-9a-f]{64}/json", remove_first)
        graded = grade_and_measure(student, tmp_path, f"--machine={proxy.url}")
    assert graded.exit_code == 1
    web, hello = graded.result.checks[0], graded.result.checks[4]
    assert web.diagnosis
    assert (web.verdict, web.diagnosis.code) == ("failed", "container-missing")
    assert hello.verdict == "passed"


def test_a_container_that_is_made_anew_between_the_list_and_the_look_is_found(
    student: StudentShell, tmp_path: Path
) -> None:
    student.do_tp2()

    def replace_first(exchange: Exchange) -> None:
        student.run_shell(
            "docker rm -f web; docker run -d --name web -p 4000:80 -v ~/Docker/site:/usr/share/nginx/html nginx"
        )
        exchange.proxy.clear_requests()
        exchange.pass_on()

    with FaultProxy(student.engine.url, tmp_path / "s") as proxy:
        proxy.inject("/containers/[0-9a-f]{64}/json", replace_first)
        graded = grade_and_measure(student, tmp_path, f"--machine={proxy.url}")
    assert (graded.exit_code, graded.result.mark) == (0, 20), graded.output
