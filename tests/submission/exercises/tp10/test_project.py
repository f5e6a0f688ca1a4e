"""TP10, for tests: a compose project that is read again, taken down and brought up while it is graded."""

from __future__ import annotations

from grader import Machine, check, expect
from grader.checks.compose.recreation import recreate_project


@check(points=3, fr="le service tourne", en="the service runs")
def test_service_runs(machine: Machine) -> None:
    expect(machine.project()).to_run_all_its_services()


@check(points=2, needs=[test_service_runs], fr="le projet porte son nom", en="the project has its name")
def test_project_has_its_name(machine: Machine) -> None:
    expect(machine.project()).to_have_the_required_name()


@check(points=5, needs=[test_service_runs], fr="le dossier est monté", en="the folder is mounted")
def test_folder_is_mounted(machine: Machine) -> None:
    expect(machine.folder("data")).to_be_mounted()


@check(points=5, needs=[test_service_runs], fr="le fichier est ce qui tourne", en="the file is what runs")
def test_file_is_what_runs(machine: Machine) -> None:
    expect(machine.project()).to_match_its_compose_file()


@check(points=5, needs=[test_service_runs], disposable=True, fr="down ne laisse rien", en="down leaves nothing")
def test_down_leaves_nothing(machine: Machine) -> None:
    recreate_project(machine.project())
