"""The machine as a whole: no containers left over."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.expect import expect
from tests.checks.fake_engine_json import FakeContainer, fake_container
from tests.checks.fake_machine import FakeMachine, fails_with

SPEC: dict[str, Any] = {"containers": {"a": {"name": "a"}, "b": {"name": "b"}}, "ignored_containers": ["tp1"]}


def judged(*others: FakeContainer, boxes: tuple[str, ...] = ("a", "b")) -> None:
    machine = FakeMachine(*(fake_container(one) for one in boxes), *others)
    expect(machine.as_machine(**SPEC)).to_have_no_other_container()


@pytest.mark.parametrize(
    "other",
    [
        None,
        fake_container("tp1"),
        fake_container("web", labels={"com.docker.compose.project": "x"}),
        fake_container("web", labels={"com.docker.swarm.task": ""}),
        fake_container("ext", labels={"com.docker.desktop.extension": "true"}),
        fake_container("dev", labels={"devcontainer.local_folder": ""}),
        fake_container("pod", labels={"io.kubernetes.pod": ""}),
        fake_container(".grader-x"),
    ],
)
def test_what_nobody_forgot_is_no_left_over(other: FakeContainer | None) -> None:
    judged(*([other] if other else []))


def test_docker_desktop_labels_what_students_run_too() -> None:
    labels = {"desktop.docker.io/wsl-distro": "Ubuntu", "desktop.docker.io/ports/80/tcp": ":4000"}
    with fails_with("left-over-running", names="web"):
        judged(fake_container("web", labels=labels))


@pytest.mark.parametrize("state", ["running", "paused", "restarting"])
def test_one_that_is_up_is_left_over_running(state: str) -> None:
    with fails_with("left-over-running", names="old, x", wanted="a, b", count=2):
        judged(fake_container("old", state="exited"), fake_container("x", state=state))


@pytest.mark.parametrize("state", ["created", "exited", "dead"])
def test_one_that_is_down_is_left_over_stopped(state: str) -> None:
    with fails_with("left-over-stopped", names="x", wanted="a, b", count=1):
        judged(fake_container("x", state=state, labels={"maintainer": "com.docker.compose."}))


def test_the_containers_of_the_spec_are_there() -> None:
    with fails_with("container-missing", name="b"):
        judged(boxes=("a",))
