"""The health check of a container: there, able to fail, and what it says."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.expect import expect
from tests.checks.fake_engine_json import FakeContainer, fake_container
from tests.checks.fake_machine import FakeMachine, fails_with, raises_probe_failed
from tests.scripted_machine import PODMAN_4


def box(*test: str, health: str = "healthy", said: str = "said the check\n", up_s: float = 900) -> FakeContainer:
    made = fake_container(health=health, up_s=up_s, config={"Healthcheck": {"Test": list(test)}} if test else {})
    if health:
        made.raw["State"]["Health"]["Log"] = [{"Output": said}] if said else []
    return made


def web(made: FakeContainer, within_s: float = 0) -> Any:
    return expect(FakeMachine(made).as_machine(containers={"web": {"name": "web"}}).container("web"), within_s=within_s)


ASKS = ("CMD-SHELL", "curl -f http://localhost/")


def test_one_that_passes_is_healthy() -> None:
    web(box(*ASKS)).to_have_a_health_check()
    web(box(*ASKS)).to_be_healthy()


@pytest.mark.parametrize(
    ("test", "code"),
    [
        ((), "health-check-missing"),
        (("NONE",), "health-check-disabled"),
        (("CMD-SHELL", "true"), "health-check-always-passes"),
        (("CMD", "true"), "health-check-always-passes"),
        (("CMD-SHELL", "exit 0"), "health-check-always-passes"),
        (("CMD-SHELL", "echo ok"), "health-check-always-passes"),
        (("CMD-SHELL", "curl http://localhost || exit 0"), "health-check-always-passes"),
        (("CMD-SHELL", "curl http://localhost; true"), "health-check-always-passes"),
    ],
)
def test_one_that_cannot_fail_is_none(test: tuple[str, ...], code: str) -> None:
    with fails_with(code, name="web"):
        web(box(*test, health="")).to_have_a_health_check()


@pytest.mark.parametrize(
    "command", ["curl -f http://localhost/ || exit 1", "test -f /true", "echo ruok | nc -w 1 localhost 1"]
)
def test_one_that_can_fail_is_not_taken_for_one_that_cannot(command: str) -> None:
    web(box("CMD-SHELL", command)).to_have_a_health_check()


@pytest.mark.parametrize(
    ("health", "said", "code"),
    [
        ("unhealthy", "connection refused", "unhealthy"),
        ("unhealthy", "/bin/sh: 1: curl: not found", "health-check-cannot-run"),
        ("unhealthy", 'exec: "curl": executable file not found in $PATH', "health-check-cannot-run"),
        ("starting", "", "health-unknown"),
        ("starting", "connection refused", "unhealthy"),
    ],
)
def test_what_an_unhealthy_one_says_is_named(health: str, said: str, code: str) -> None:
    with fails_with(code, name="web", **({"said": said} if said else {})):
        web(box(*ASKS, health=health, said=said)).to_be_healthy()


def test_one_that_is_starting_is_waited_for() -> None:
    machine = FakeMachine(box(*ASKS, health="starting", said="", up_s=1))
    machine.schedule(8, lambda: machine.fake_containers[0].raw["State"]["Health"].update(Status="healthy"))
    expect(machine.as_machine(containers={"web": {"name": "web"}}).container("web"), within_s=20).to_be_healthy()
    assert 8 <= machine.total_wait_s < 10


def test_one_that_is_settled_is_not_waited_for() -> None:
    machine = FakeMachine(box(*ASKS, health="unhealthy"))
    with fails_with("unhealthy"):
        expect(machine.as_machine(containers={"web": {"name": "web"}}).container("web"), within_s=20).to_be_healthy()
    assert machine.total_wait_s == 0


def on_podman(test: tuple[str, ...], typed: str, exit_code: int, out: bytes, *, passive: bool = False) -> Any:
    """A container whose health check nobody runs, and what its command gives inside."""
    made = box(*test, health="starting", said="")
    made.commands[typed] = (exit_code, out)
    machine = FakeMachine(made, version=PODMAN_4).as_machine(containers={"web": {"name": "web"}}, passive=passive)
    return expect(machine.container("web"))


def test_one_that_podman_does_not_run_is_run_by_the_grader() -> None:
    on_podman(ASKS, "sh -c curl -f http://localhost/", 0, b"").to_be_healthy()
    on_podman(("CMD", "curl", "-f", "x"), "curl -f x", 0, b"").to_be_healthy()
    with fails_with("unhealthy", name="web", said="refused"):
        on_podman(ASKS, "sh -c curl", 1, b"refused\n").to_be_healthy()
    with fails_with("health-check-cannot-run", name="web"):
        on_podman(ASKS, "sh -c curl", 127, b"sh: 1: curl: not found\n").to_be_healthy()
    with raises_probe_failed("health-not-run", name="web"):
        on_podman(ASKS, "sh -c curl", 0, b"", passive=True).to_be_healthy()
