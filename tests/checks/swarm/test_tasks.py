"""Whether the tasks of a service stay up, what prevents it, and how long a check waits for them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.checks.swarm.tasks import require_all_running, require_one_running, tasks_may_change
from grader.probes.swarm.services import ServiceFact
from grader.probes.swarm.tasks import TaskFact
from tests.checks.fake_engine_json import fake_container
from tests.checks.fake_machine import FakeMachine, fails_with

SERVICE = ServiceFact("id", "web", "nginx:latest", 3, (), (), {})
TASK = TaskFact("1", 1, "running", "running", "", "started", 60, "", ())
THREE = tuple(replace(TASK, id=str(slot), slot=slot) for slot in (1, 2, 3))
FAILED = replace(TASK, id="f", state="failed", desired_state="shutdown", error="task: non-zero exit (1)", since_s=8)
AGAIN = (FAILED, replace(FAILED, id="g", since_s=20))


def all_are_up(*tasks: TaskFact) -> None:
    require_all_running(FakeMachine().as_machine(), SERVICE, tasks)


def test_three_tasks_that_run_are_three() -> None:
    all_are_up(*THREE)
    assert not tasks_may_change(THREE), "nothing is waited for where all has settled"


@pytest.mark.parametrize(
    ("third", "code", "running", "detail"),
    [
        (replace(TASK, state="preparing"), "tasks-starting", 2, None),
        (replace(TASK, since_s=1), "tasks-starting", 3, None),
        (replace(TASK, since_s=2.9), "tasks-starting", 3, None),
        (replace(TASK, desired_state="shutdown"), "tasks-starting", 2, None),
        (replace(TASK, state="pending", error="no suitable node (x)"), "tasks-pending", 2, "no suitable node (x)"),
        (replace(TASK, state="pending", desired_state="ready", error="no node"), "tasks-pending", 2, "no node"),
        (
            replace(TASK, state="pending", error="no suitable node (host-mode port already in use)"),
            "host-port-blocks-tasks",
            2,
            None,
        ),
        (FAILED, "tasks-fail", 2, "task: non-zero exit (1)"),
        (replace(FAILED, state="rejected", error="No such image: ngnix:latest"), "task-image-missing", 2, None),
        (
            replace(FAILED, state="rejected", desired_state="running", error="No such image: x"),
            "task-image-missing",
            2,
            None,
        ),
        (replace(FAILED, since_s=59.9), "tasks-fail", 2, None),
        (replace(FAILED, since_s=60), "tasks-starting", 2, None),
    ],
)
def test_a_task_that_does_not_run_is_told_why(third: TaskFact, code: str, running: int, detail: str | None) -> None:
    values = {"service": "web", "running": running, "wanted": 3} | ({"detail": detail} if detail else {})
    with fails_with(code, **values) as found:
        all_are_up(*THREE[:2], replace(third, slot=3))
    if code in {"tasks-fail", "task-image-missing", "host-port-blocks-tasks"}:
        assert found[0].evidence == (third.error,)
    if code == "tasks-fail":
        assert found[0].values["image"] == "nginx:latest"
    if code == "task-image-missing":  # that of the task: the service may have another one by now
        assert found[0].values["image"] == third.error.partition("image: ")[2]


def test_a_task_too_many_is_not_settled() -> None:
    with fails_with("tasks-starting", running=4, wanted=3):
        all_are_up(*THREE, replace(TASK, id="4", slot=4))


def test_a_running_task_must_have_run_for_three_seconds() -> None:
    all_are_up(*THREE[:2], replace(TASK, slot=3, since_s=3))


def test_what_waits_is_told_before_what_failed() -> None:
    held_up = replace(TASK, slot=3, state="pending", error="no suitable node")
    with fails_with("tasks-pending"):
        all_are_up(*THREE[:2], held_up, replace(FAILED, slot=3))


def test_a_task_that_was_replaced_once_is_no_crash() -> None:
    all_are_up(replace(TASK, since_s=4), FAILED, *THREE[1:])


def test_a_task_that_fails_again_and_again_must_stay_for_longer() -> None:
    with fails_with("tasks-fail", running=3):
        all_are_up(replace(TASK, since_s=9.9), *AGAIN, *THREE[1:])
    all_are_up(replace(TASK, since_s=10), *AGAIN, *THREE[1:])


def test_failures_in_two_slots_are_no_flapping() -> None:
    all_are_up(replace(TASK, since_s=4), FAILED, replace(THREE[1], since_s=4), replace(FAILED, slot=2), THREE[2])


def test_the_newest_failure_is_told_with_what_its_container_printed_last() -> None:
    box = fake_container("web.1", state="exited", exit_code=1, log=b"a\nb\nc\nd\n")
    machine = FakeMachine(box).as_machine()
    older = replace(FAILED, id="g", since_s=20, error="older")
    tasks = (*THREE[:2], older, replace(FAILED, container_id=box.id))
    with fails_with("tasks-fail", detail="task: non-zero exit (1)") as found:
        require_all_running(machine, SERVICE, tasks)
    assert found[0].evidence == ("task: non-zero exit (1)", "b", "c", "d")


def test_a_container_that_is_gone_printed_nothing() -> None:
    with fails_with("tasks-fail") as found:
        all_are_up(*THREE[:2], replace(FAILED, container_id="gone"))
    assert found[0].evidence == ("task: non-zero exit (1)",)


def test_one_task_that_stays_is_a_service_that_runs() -> None:
    machine = FakeMachine().as_machine()
    require_one_running(machine, SERVICE, (replace(TASK, state="preparing"), THREE[1], FAILED))
    for tasks in ((), (replace(TASK, desired_state="shutdown"),), (replace(TASK, since_s=2),)):
        with fails_with("tasks-starting"):
            require_one_running(machine, SERVICE, tasks)
    with fails_with("tasks-fail"):
        require_one_running(machine, SERVICE, (replace(TASK, since_s=9), *AGAIN))


@pytest.mark.parametrize(
    ("tasks", "waits"),
    [
        ((), False),
        ((replace(TASK, state="preparing"),), True),
        ((replace(TASK, state="preparing", desired_state="shutdown"),), False),
        ((replace(TASK, state="ready", desired_state="ready"), FAILED), True),
        ((replace(TASK, since_s=2),), True),
        ((replace(TASK, since_s=9.9),), True),
        ((replace(TASK, since_s=10),), False),
        ((replace(TASK, since_s=2, desired_state="shutdown"),), False),
        ((replace(TASK, state="pending", error="no suitable node"),), False),
        ((replace(TASK, state="ready", desired_state="ready"), *AGAIN), False),
        ((replace(TASK, state="ready", desired_state="ready"), FAILED, replace(FAILED, slot=2)), True),
        ((replace(TASK, state="ready", desired_state="ready"), FAILED, replace(FAILED, since_s=70)), True),
        ((replace(TASK, state="ready", desired_state="ready"), replace(FAILED, state="rejected")), False),
        ((replace(TASK, since_s=9.9), *AGAIN), True),
        ((replace(TASK, since_s=10), *AGAIN), False),
        ((replace(TASK, since_s=2, desired_state="shutdown"), *AGAIN), False),
    ],
)
def test_only_what_still_starts_is_waited_for(tasks: tuple[TaskFact, ...], *, waits: bool) -> None:
    assert tasks_may_change(tasks) is waits
