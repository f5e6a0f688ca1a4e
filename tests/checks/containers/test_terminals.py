"""A container created for typing into, distinguished from those that only look like it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.containers.expectation import require_container
from grader.checks.containers.terminals import require_clean_exit, require_interactive
from grader.checks.failure import CheckFailed
from tests.checks.fake_engine_json import fake_container
from tests.checks.fake_machine import FakeMachine, fails_with
from tests.probes.inspect_answers import parse_inspect

if TYPE_CHECKING:
    from tests.checks.fake_engine_json import FakeContainer

BOTH: dict[str, Any] = {"Tty": True, "OpenStdin": True}


def seen(*command: str, config: dict[str, Any] = BOTH) -> str:
    made = parse_inspect("tp1-ubuntu", config=config, Path=command[0] if command else "", Args=list(command[1:]))
    try:
        require_interactive(made, "bash")
    except CheckFailed as mistake:
        return mistake.code
    return ""


@pytest.mark.parametrize("command", [["bash"], ["/bin/bash"], ["/usr/bin/bash", "-l"], ["bash", "--norc"]])
def test_the_shell_may_be_written_in_other_ways(command: list[str]) -> None:
    assert seen(*command) == ""


@pytest.mark.parametrize("command", [["sh"], ["bash", "-c", "sleep 9"], ["rbash"], ["sleep", "bash"], []])
def test_another_command_is_not_that_shell(command: list[str]) -> None:
    assert seen(*command) == "command-other"


@pytest.mark.parametrize(
    ("config", "code"),
    [({}, "no-terminal"), ({"OpenStdin": True}, "no-tty"), ({"Tty": True}, "no-stdin")],
)
def test_what_is_missing_is_named(config: dict[str, Any], code: str) -> None:
    assert seen("bash", config=config) == code


def judge_left(box: FakeContainer) -> None:
    machine = FakeMachine(box).as_machine(containers={"web": {"name": "web"}})
    require_clean_exit(machine, require_container(machine.container("web")))


def left_with(box: FakeContainer, code: str, exit_code: str | None = None) -> None:
    if not code:
        judge_left(box)
        return
    with fails_with(code, name="web", **({"exit_code": exit_code} if exit_code and "left" in code else {})):
        judge_left(box)


@pytest.mark.parametrize(
    ("exit_code", "config", "code"),
    [
        (0, BOTH, ""),
        (0, {}, ""),
        (1, BOTH, "left-after-a-failure"),
        (127, {}, "left-after-a-failure"),
        (130, BOTH, "left-after-a-failure"),
        (129, BOTH, "left-by-force"),
        (137, BOTH, "left-by-force"),
        (143, BOTH, "left-by-force"),
        (143, {"OpenStdin": True}, "left-by-force"),
        (137, {}, "no-terminal"),
        (143, {"Tty": True}, "no-stdin"),
    ],
)
def test_how_a_shell_ended_is_told_by_its_code(exit_code: int, config: dict[str, Any], code: str) -> None:
    left_with(fake_container(state="exited", exit_code=exit_code, config=config), code, str(exit_code))


@pytest.mark.parametrize(
    ("ends", "code"), [(["0"], ""), (["1", "0"], ""), (["0", "137"], "left-by-force"), ([], "still-inside")]
)
def test_of_one_that_runs_once_more_the_last_end_counts(ends: list[str], code: str) -> None:
    box = fake_container(config=BOTH)
    box.add_event("exec_die", 99, exitCode="7")
    for number, exit_code in enumerate(ends):
        box.add_event("die" if number else "died", 50 - number, exitCode=exit_code)
    left_with(box, code, ends[-1] if ends else None)


@pytest.mark.parametrize(("ends", "code"), [([], "still-inside"), (["0"], "not-left-again"), (["0", "0"], "")])
def test_one_that_was_started_again_must_be_left_again(ends: list[str], code: str) -> None:
    box = fake_container(config=BOTH)
    box.add_event("create", 99)
    for number, exit_code in enumerate(ends):
        box.add_event("die", 50 - number, exitCode=exit_code)
    left_with(box, code)
