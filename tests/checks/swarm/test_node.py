"""A machine as a node of a swarm: a manager, or why it is not one."""

from __future__ import annotations

import pytest

from grader.checks.expect import expect
from tests.checks.fake_machine import FakeMachine, fails_with, raises_probe_failed
from tests.scripted_machine import PODMAN_4


def is_managed(**swarm: object) -> None:
    machine = FakeMachine()
    machine.table["/info"] = {"Swarm": swarm}
    expect(machine.as_machine().swarm()).to_be_managed_by_this_machine()


def test_a_manager_is_as_it_should_be() -> None:
    is_managed(LocalNodeState="active", ControlAvailable=True)


@pytest.mark.parametrize(
    ("swarm", "code", "state"),
    [
        ({"LocalNodeState": "inactive"}, "swarm-inactive", "inactive"),
        ({"LocalNodeState": "inactive", "ControlAvailable": True}, "swarm-inactive", "inactive"),
        ({}, "swarm-inactive", "inactive"),
        ({"LocalNodeState": ""}, "swarm-inactive", "inactive"),
        ({"LocalNodeState": "locked"}, "swarm-locked", "locked"),
        ({"LocalNodeState": "pending"}, "swarm-not-active", "pending"),
        ({"LocalNodeState": "error"}, "swarm-not-active", "error"),
        ({"LocalNodeState": "active", "ControlAvailable": False}, "swarm-worker", "active"),
        ({"LocalNodeState": "active"}, "swarm-worker", "active"),
    ],
)
def test_a_machine_that_manages_no_swarm_is_told_why(swarm: dict[str, object], code: str, state: str) -> None:
    with fails_with(code, state=state, detail="") as found:
        is_managed(**swarm)
    assert found[0].evidence == ()


def test_what_the_engine_says_of_it_is_shown() -> None:
    with fails_with("swarm-not-active", state="error", detail="no address") as found:
        is_managed(LocalNodeState="error", Error="no address")
    assert found[0].evidence == ("no address",)


def test_an_engine_that_knows_no_swarm_is_not_the_students_fault() -> None:
    with raises_probe_failed("no-swarm", engine="Podman 4.3.1"):
        expect(FakeMachine(version=PODMAN_4).as_machine().swarm()).to_be_managed_by_this_machine()
