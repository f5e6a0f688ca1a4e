"""The loop over the checks: one cause is one failure, and it is told first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader.checks.expect import expect
from grader.grading.checks_loop import run_checks
from grader.scoring.check import check
from grader.scoring.suite import Suite
from tests.checks.fake_compose_project import SPEC, FakeComposeProject
from tests.scripted_machine import exercise_spec

if TYPE_CHECKING:
    from pathlib import Path

    from grader.machine.machine import Machine


@check(points=10, fr="le fichier", en="the file")
def the_file(machine: Machine) -> None:
    expect(machine.project()).to_match_its_compose_file()


@check(points=5, fr="le port", en="the port")
def the_port(machine: Machine) -> None:
    expect(machine.site("app")).to_be_published()


@check(points=5, fr="les autres ports", en="the other ports")
def the_other_ports(machine: Machine) -> None:
    expect(machine.container("api")).to_publish_no_port()


def verdicts(lab: FakeComposeProject, folder: Path, **spec: Any) -> list[str]:
    suite = Suite(folder, exercise_spec(**(SPEC | spec)), (the_file, the_port, the_other_ports))
    return [f"{row.outcome.verdict} {row.outcome.code}" for row in run_checks(suite, lab.machine())]


def test_a_change_that_was_not_applied_blocks_what_it_repairs(tmp_path: Path) -> None:
    lab = FakeComposeProject()
    assert verdicts(lab, tmp_path) == ["passed ", "failed port-not-published", "passed "]
    lab.services_in_file["app"] |= {"ports": [{"target": 7777, "published": "4002"}]}
    assert verdicts(lab, tmp_path) == ["failed compose-file-differs", "blocked blocked", "passed "]
    lab.services_in_file["app"] = {"image": "todos-app", "environment": {"A": "1"}}
    assert verdicts(lab, tmp_path) == ["failed compose-file-differs", "failed port-not-published", "passed "]
