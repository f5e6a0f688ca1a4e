"""What is said of a swarm that is not as it should be, and of tasks that do not stay."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from grader.checks.expect import expect
from grader.checks.mistake import Mistake
from grader.checks.swarm_tasks import all_run, may_change, one_runs
from grader.errors import ProbeFailed
from grader.machine.engine import EngineVersion
from grader.machine.machine import Machine
from grader.machine.question import Answer, EngineQuestion
from grader.machine.sheet import Sheet, Title
from grader.probes.swarm_services import ServiceFact
from grader.probes.swarm_tasks import TaskFact
from tests.machine.scripts import Script

SERVICE = ServiceFact("id", "web", "nginx:latest", 3, (), (), {})
TASK = TaskFact("1", 1, "running", "running", "", "started", 60, "", ())
THREE = tuple(replace(TASK, id=str(slot), slot=slot) for slot in (1, 2, 3))
FAILED = replace(TASK, id="f", state="failed", wanted="shutdown", error="task: non-zero exit (1)", since_s=8)


class Podman(Script):
    def version(self) -> EngineVersion:
        return EngineVersion({"Version": "4.3.1", "ApiVersion": "1.41", "Components": [{"Name": "Podman Engine"}]})


def told(**swarm: object) -> Machine:
    script = Script({EngineQuestion("/info"): [Answer(body=json.dumps({"Swarm": swarm}).encode())]})
    return Machine(script, Sheet(20, Title("t", "t")))


def what_is_wrong(tasks: tuple[TaskFact, ...], service: ServiceFact = SERVICE) -> str:
    try:
        all_run(told(), service, tasks)
    except Mistake as mistake:
        return mistake.code
    return ""


@pytest.mark.parametrize(
    ("swarm", "code"),
    [
        ({"LocalNodeState": "inactive"}, "swarm-inactive"),
        ({"LocalNodeState": "locked"}, "swarm-locked"),
        ({"LocalNodeState": "pending"}, "swarm-not-active"),
        ({"LocalNodeState": "error", "Error": "no address"}, "swarm-not-active"),
        ({"LocalNodeState": "active", "ControlAvailable": False}, "swarm-worker"),
    ],
)
def test_a_machine_that_manages_no_swarm_is_told_why(swarm: dict[str, object], code: str) -> None:
    with pytest.raises(Mistake, match=code):
        expect(told(**swarm).swarm()).to_be_managed_from_here()


def test_a_manager_is_as_it_should_be() -> None:
    expect(told(LocalNodeState="active", ControlAvailable=True).swarm()).to_be_managed_from_here()


def test_an_engine_that_knows_no_swarm_is_not_the_students_fault() -> None:
    with pytest.raises(ProbeFailed, match="no-swarm"):
        expect(Machine(Podman(), Sheet(20, Title("t", "t"))).swarm()).to_be_managed_from_here()


def test_three_tasks_that_run_are_three() -> None:
    assert what_is_wrong(THREE) == ""
    assert not may_change(THREE), "nothing is waited for where all has settled"


@pytest.mark.parametrize(
    ("third", "code"),
    [
        (replace(TASK, state="preparing"), "tasks-starting"),
        (replace(TASK, since_s=1), "tasks-starting"),
        (replace(TASK, state="pending", error="no suitable node (insufficient resources)"), "tasks-pending"),
        (replace(TASK, state="pending", wanted="ready", error="no suitable node (1 not available)"), "tasks-pending"),
        (replace(TASK, state="pending", error="no suitable node (host-mode port already in use)"), "host-port"),
        (FAILED, "tasks-fail"),
        (replace(FAILED, state="rejected", error="No such image: ngnix:latest"), "task-image-missing"),
        (replace(FAILED, state="rejected", wanted="running", error="No such image: ngnix"), "task-image-missing"),
        (replace(FAILED, since_s=600), "tasks-starting"),
    ],
)
def test_a_task_that_does_not_run_is_told_why(third: TaskFact, code: str) -> None:
    assert what_is_wrong((*THREE[:2], replace(third, slot=3))).startswith(code)


def test_a_task_that_was_replaced_once_is_no_crash() -> None:
    assert what_is_wrong((replace(TASK, since_s=4), FAILED, *THREE[1:])) == ""


def test_a_task_that_fails_again_and_again_must_stay_for_longer() -> None:
    again = (FAILED, replace(FAILED, id="g", since_s=20))
    assert what_is_wrong((replace(TASK, since_s=4), *again, *THREE[1:])) == "tasks-fail"
    assert what_is_wrong((replace(TASK, since_s=11), *again, *THREE[1:])) == ""


def test_one_task_that_stays_is_a_service_that_runs() -> None:
    one_runs(told(), SERVICE, THREE[:1])
    with pytest.raises(Mistake, match="tasks-starting"):
        one_runs(told(), SERVICE, ())


@pytest.mark.parametrize(
    ("tasks", "waits"),
    [
        ((replace(TASK, state="preparing"),), True),
        ((replace(TASK, state="ready", wanted="ready"), FAILED), True),
        ((replace(TASK, since_s=2),), True),
        ((replace(TASK, state="pending", error="no suitable node"),), False),
        ((replace(TASK, state="ready", wanted="ready"), FAILED, replace(FAILED, since_s=20)), False),
        ((replace(TASK, state="ready", wanted="ready"), replace(FAILED, state="rejected")), False),
    ],
)
def test_only_what_still_starts_is_waited_for(tasks: tuple[TaskFact, ...], *, waits: bool) -> None:
    assert may_change(tasks) is waits
