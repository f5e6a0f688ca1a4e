"""Whether the tasks of a service run, and if not, why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from grader.checks.containers.expectation import STABLE_S
from grader.checks.failure import CheckFailed
from grader.probes.containers.find import inspect_container
from grader.probes.containers.logs import last_lines, read_log

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.swarm.services import ServiceFact
    from grader.probes.swarm.tasks import TaskFact

_MIN_UPTIME_S: Final = 3.0
"""Seconds that a task must have been running."""
_REPEATED_FAILURES: Final = 2
"""Failures in one slot that are no longer an accident."""
_RECENT_S: Final = 60.0


def require_one_running(machine: Machine, service: ServiceFact, tasks: tuple[TaskFact, ...]) -> None:
    """Raises `CheckFailed` unless a task of the service runs and stays up."""
    failures = _recent_failures(tasks)
    if not any(task.is_running and _is_stable(task, failures) for task in tasks):
        raise _diagnose_tasks(machine, service, tasks, failures)


def require_all_running(machine: Machine, service: ServiceFact, tasks: tuple[TaskFact, ...]) -> None:
    """Raises `CheckFailed` unless as many tasks as the service wants run and stay up."""
    failures = _recent_failures(tasks)
    running = [task for task in tasks if task.is_running]
    if len(running) != service.replicas or not all(_is_stable(task, failures) for task in running):
        raise _diagnose_tasks(machine, service, tasks, failures)


def tasks_may_change(tasks: tuple[TaskFact, ...]) -> bool:
    """True while a task is starting or has just started, and none fails again and again."""
    failures = _recent_failures(tasks)
    if any(task.state == "rejected" for task in failures) or len({task.slot for task in failures}) < len(failures):
        return any(task.is_running and task.since_s < STABLE_S for task in tasks)
    return any(task.is_starting or (task.is_running and task.since_s < STABLE_S) for task in tasks)


def _diagnose_tasks(
    machine: Machine, service: ServiceFact, tasks: tuple[TaskFact, ...], failures: list[TaskFact]
) -> CheckFailed:
    running = sum(task.is_running for task in tasks)
    values: dict[str, Any] = {"service": service.name, "running": running, "wanted": service.replicas}
    held_up = next((task for task in tasks if task.is_waiting), None)
    if held_up and "host-mode port" in held_up.error:
        return CheckFailed("host-port-blocks-tasks", evidence=(held_up.error,), **values)
    if held_up:
        return CheckFailed("tasks-pending", detail=held_up.error, **values)
    if failures:
        last = failures[0]
        _, is_missing, image = last.error.partition("No such image: ")
        code = "task-image-missing" if is_missing else "tasks-fail"
        # The service may have another image by now, of which no task has been started yet.
        image = image or service.image
        return CheckFailed(code, detail=last.error, image=image, evidence=_failure_output(machine, last), **values)
    return CheckFailed("tasks-starting", **values)


def _is_stable(task: TaskFact, failures: list[TaskFact]) -> bool:
    flaps = sum(failure.slot == task.slot for failure in failures) >= _REPEATED_FAILURES
    return task.since_s >= (STABLE_S if flaps else _MIN_UPTIME_S)


def _recent_failures(tasks: tuple[TaskFact, ...]) -> list[TaskFact]:
    """The newest first."""
    return sorted(
        (task for task in tasks if task.has_failed and task.since_s < _RECENT_S), key=lambda task: task.since_s
    )


def _failure_output(machine: Machine, task: TaskFact) -> tuple[str | bytes, ...]:
    """The error of a failed task, and the last lines that its container printed."""
    fact = inspect_container(machine, task.container_id) if task.container_id else None
    return (task.error, *(last_lines(read_log(machine, fact), 3) if fact else ()))
