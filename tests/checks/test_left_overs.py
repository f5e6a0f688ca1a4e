"""The machine as a whole: that nothing was left lying about."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.expect import expect
from tests.checks.engine_json import Box, container
from tests.checks.fake_machine import FakeMachine, diagnosed

SHEET: dict[str, Any] = {"containers": {"a": {"name": "a"}, "b": {"name": "b"}}, "ignored_containers": ["tp1"]}


def judged(*others: Box, boxes: tuple[str, ...] = ("a", "b")) -> None:
    machine = FakeMachine(*(container(one) for one in boxes), *others)
    expect(machine.judged(**SHEET)).to_have_no_other_container()


@pytest.mark.parametrize(
    "other",
    [
        None,
        container("tp1"),
        container("web", labels={"com.docker.compose.project": "x"}),
        container("web", labels={"com.docker.swarm.task": ""}),
        container("ext", labels={"desktop.docker.io/binds": ""}),
        container("dev", labels={"devcontainer.local_folder": ""}),
        container("pod", labels={"io.kubernetes.pod": ""}),
        container(".grader-x"),
    ],
)
def test_what_nobody_forgot_is_no_left_over(other: Box | None) -> None:
    judged(*([other] if other else []))


@pytest.mark.parametrize("state", ["running", "paused", "restarting"])
def test_one_that_is_up_is_left_over_running(state: str) -> None:
    with diagnosed("left-over-running", names="old, x", wanted="a, b", count=2):
        judged(container("old", state="exited"), container("x", state=state))


@pytest.mark.parametrize("state", ["created", "exited", "dead"])
def test_one_that_is_down_is_left_over_stopped(state: str) -> None:
    with diagnosed("left-over-stopped", names="x", wanted="a, b", count=1):
        judged(container("x", state=state, labels={"maintainer": "com.docker.compose."}))


def test_the_containers_of_the_sheet_are_there() -> None:
    with diagnosed("container-missing", name="b"):
        judged(boxes=("a",))
