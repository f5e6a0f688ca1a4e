"""A container whose program ends: the engine starts it again, or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader.checks.expect import expect
from grader.machine.question import Answer
from tests.checks.fake_engine_json import FakeContainer, date_ago, fake_container
from tests.checks.fake_machine import FakeMachine, fails_with, raises_probe_failed

if TYPE_CHECKING:
    from collections.abc import Callable

SPEC: dict[str, Any] = {"containers": {"web": {"name": "web"}}}
KILL = {"sh -c kill -TERM 1": (0, b"")}


def machine_with(*changes: tuple[float, Callable[[FakeContainer], None]]) -> FakeMachine:
    box = fake_container(commands=KILL, host={"RestartPolicy": {"Name": "always"}})
    machine = FakeMachine(box)
    for seconds, change in changes:
        machine.schedule(seconds, lambda change=change: change(box))  # type: ignore[misc]
    return machine


def judge(machine: FakeMachine) -> None:
    expect(machine.as_machine(**SPEC, disposable=True).container("web")).to_start_again_when_it_ends()


def ends(box: FakeContainer) -> None:
    box.set_state("exited")


def starts_again(box: FakeContainer) -> None:
    box.set_state("running", StartedAt=date_ago(-1))


def test_one_that_comes_back_and_stays_passes() -> None:
    judge(machine_with((0.4, ends), (1, starts_again)))


def test_one_that_ends_before_the_engine_can_tell_how_the_command_ended_is_judged() -> None:
    """As Podman does: "no such exec session"."""
    machine = machine_with((0.4, ends), (1, starts_again))
    machine.table["/exec/exec0/json"] = Answer(500, b"{}")
    judge(machine)


def test_one_that_stays_down_fails_and_is_started_again() -> None:
    machine = machine_with((0.4, ends))
    with fails_with("not-restarted", name="web", policy="always"):
        judge(machine)
    assert machine.changes_requested() == ["POST /containers/web-id/start"]


def test_one_that_comes_back_and_ends_again_fails() -> None:
    machine = machine_with((0.4, ends), (1, starts_again), (2, ends))
    with fails_with("not-restarted", name="web"):
        judge(machine)


def test_one_that_does_not_end_proves_nothing() -> None:
    with raises_probe_failed("cannot-be-ended", name="web"):
        judge(machine_with())
