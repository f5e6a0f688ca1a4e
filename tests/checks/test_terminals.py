"""A container made for typing into, told from those that only look it."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.mistake import Mistake
from grader.checks.terminals import interactive
from tests.probes.inspected import inspected

BOTH: dict[str, Any] = {"Tty": True, "OpenStdin": True}


def seen(*command: str, config: dict[str, Any] = BOTH) -> str:
    made = inspected("tp1-ubuntu", config=config, Path=command[0] if command else "", Args=list(command[1:]))
    try:
        interactive(made, "bash")
    except Mistake as mistake:
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
