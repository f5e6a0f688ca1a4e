"""Whether the tasks of a service run, and what is in their way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from grader.checks.containers import STABLE_S
from grader.checks.mistake import Mistake
from grader.probes.containers import inspect_container
from grader.probes.logs import last_lines, read_log

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.swarm_services import ServiceFact
    from grader.probes.swarm_tasks import TaskFact

__all__ = ["all_run", "may_change"]

_FOR_S: Final = 3.0
"""Seconds that a task must have been running."""
_FLAPS: Final = 2
"""Failures in one slot that are no accident any more."""
_RECENT_S: Final = 60.0


def all_run(machine: Machine, service: ServiceFact, tasks: tuple[TaskFact, ...]) -> None:
    """Raises `Mistake` unless as many tasks as the service wants run and stay up."""
    running = [task for task in tasks if task.is_running]
    waiting = [task for task in tasks if task.wanted in {"running", "ready"} and not task.is_running]
    failures = _recent_failures(tasks)
    if len(running) == service.replicas and all(_is_stable(task, failures) for task in running):
        return
    values: dict[str, Any] = {"service": service.name, "running": len(running), "wanted": service.replicas}
    held_up = next((task for task in waiting if task.error), None)
    if held_up and "host-mode port" in held_up.error:
        raise Mistake("host-port-blocks-tasks", evidence=(held_up.error,), **values)
    if held_up:
        raise Mistake("tasks-pending", detail=held_up.error, **values)
    if failures:
        last = failures[0]
        code = "task-image-missing" if "No such image" in last.error else "tasks-fail"
        raise Mistake(code, detail=last.error, image=service.image, evidence=_last_words(machine, last), **values)
    raise Mistake("tasks-starting", **values)


def may_change(tasks: tuple[TaskFact, ...]) -> bool:
    """True while a task is on its way, or too young to tell, and none fails again and again."""
    failures = _recent_failures(tasks)
    if any(task.state == "rejected" for task in failures) or len({task.slot for task in failures}) < len(failures):
        return any(task.is_running and task.since_s < STABLE_S for task in tasks)
    return any(task.is_starting or (task.is_running and task.since_s < STABLE_S) for task in tasks)


def _is_stable(task: TaskFact, failures: list[TaskFact]) -> bool:
    flaps = sum(failure.slot == task.slot for failure in failures) >= _FLAPS
    return task.since_s >= (STABLE_S if flaps else _FOR_S)


def _recent_failures(tasks: tuple[TaskFact, ...]) -> list[TaskFact]:
    """The newest first."""
    return sorted(
        (task for task in tasks if task.has_failed and task.since_s < _RECENT_S), key=lambda task: task.since_s
    )


def _last_words(machine: Machine, task: TaskFact) -> tuple[str | bytes, ...]:
    """The error of a task that failed, and what its container printed last."""
    fact = inspect_container(machine, task.container_id) if task.container_id else None
    return (task.error, *(last_lines(read_log(machine, fact), 3) if fact else ()))
