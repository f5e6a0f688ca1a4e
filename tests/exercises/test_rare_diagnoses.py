"""Diagnoses that no wrong solution shows, each in a state that a real engine was brought into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.expect import expect
from tests.checks.fake_machine import fails_with, raises_probe_failed

if TYPE_CHECKING:
    from tests.student_shell import StudentShell

pytestmark = pytest.mark.live

SPEC: dict[str, Any] = {
    "containers": {"web": {"name": "web"}},
    "volumes": {"data": {"name": "my-data", "container": "web", "inside": "/data"}},
}


@pytest.mark.parametrize(
    ("name", "code", "near"),
    [
        ("photos", "volume-missing", ""),
        ("my_data", "volume-misnamed", "my_data"),
        ("My-Data", "volume-misnamed", "My-Data"),
        ("my-datas", "volume-misnamed", "my-datas"),
    ],
)
def test_a_volume_of_another_name_is_seen(student: StudentShell, name: str, code: str, near: str) -> None:
    student.run_shell(f"docker volume create {name}\ndocker run -v /anonymous ubuntu true")
    with student.machine(**SPEC) as machine, fails_with(code, volume="my-data", near=near):
        expect(machine.volume("data")).to_exist()


def test_a_volume_exists_with_no_container_or_with_the_name_of_its_project_before_it(student: StudentShell) -> None:
    student.run_shell("docker volume create my-data")
    with student.machine(**SPEC) as machine:
        expect(machine.volume("data")).to_exist()
    student.run_shell(
        'docker volume rm my-data\nprintf \'services: {a: {image: ubuntu, volumes: ["my-data:/x"]}}\\n'
        "volumes: {my-data: {}}\\n' > compose.yaml\ndocker compose -p mine create"
    )
    with student.machine(**SPEC) as machine:
        expect(machine.volume("data")).to_exist()


def test_a_privileged_container_keeps_every_capability_whatever_is_dropped(student: StudentShell) -> None:
    student.run_shell("docker create --name web --privileged --cap-drop ALL nginx")
    with student.machine(**SPEC) as machine, fails_with("privileged", name="web"):
        expect(machine.container("web")).to_drop_capabilities("ALL")


def test_a_container_without_a_log_shows_nothing(student: StudentShell) -> None:
    student.run_shell("docker run --name web --log-driver none ubuntu echo ready")
    with student.machine(**SPEC) as machine:
        for judge in (expect(machine.container("web")).to_log, expect(machine.container("web")).to_not_log):
            with raises_probe_failed("no-log", name="web"):
                judge("ready")


def test_a_program_that_ignores_the_request_to_end_proves_nothing(student: StudentShell) -> None:
    """The kernel gives process 1 no signal that it does not handle."""
    student.run_shell("docker run -d --name web --restart always ubuntu sleep 1000")
    with student.machine(disposable=True, **SPEC) as machine, raises_probe_failed("cannot-be-ended", name="web"):
        expect(machine.container("web")).to_start_again_when_it_ends(within_s=2)
