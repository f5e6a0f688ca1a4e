"""What a container has printed, and what it must not print."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.expect import expect
from tests.checks.fake_engine_json import FakeContainer, fake_container
from tests.checks.fake_machine import FakeMachine, fails_with, raises_probe_failed

SPEC: dict[str, Any] = {"containers": {"web": {"name": "web"}}}


def web(box: FakeContainer) -> Any:
    return expect(FakeMachine(box).as_machine(**SPEC).container("web"))


def test_a_line_that_was_printed_is_found() -> None:
    box = fake_container(log=b"started\nlistening on 80\n")
    web(box).to_log("listening on 80")
    web(box).to_not_log("panic")


@pytest.mark.parametrize(
    ("log", "code", "last"), [(b"", "log-empty", ""), (b" \n", "log-empty", ""), (b"a\nb\n", "log-without", "b")]
)
def test_what_was_not_printed_is_missed(log: bytes, code: str, last: str) -> None:
    with fails_with(code, name="web", text="ready", last_line=last):
        web(fake_container(log=log)).to_log("ready")


def test_what_should_not_be_printed_is_shown() -> None:
    with fails_with("log-with", name="web", text="error", line="an error: x"):
        web(fake_container(log=b"ok\nan error: x\n")).to_not_log("error")


def test_a_log_that_cannot_be_read_is_no_failure() -> None:
    for judge in (web(fake_container(log=None)).to_log, web(fake_container(log=None)).to_not_log):
        with raises_probe_failed("no-log", name="web"):
            judge("ready")


def test_a_line_is_waited_for_while_the_container_is_young() -> None:
    machine = FakeMachine(fake_container(up_s=1, log=b"starting\n"))

    def speak() -> None:
        machine.fake_containers[0].log = b"starting\nready\n"

    machine.schedule(3, speak)
    expect(machine.as_machine(**SPEC).container("web"), within_s=10).to_log("ready")
    assert 3 <= machine.total_wait_s < 5
