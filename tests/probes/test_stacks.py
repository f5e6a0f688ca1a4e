"""Names in a stack, with and without the stack's own in front."""

from __future__ import annotations

import pytest

from grader.probes.stacks import as_written


@pytest.mark.parametrize(
    ("name", "stack", "written"),
    [
        ("tp8_web", "tp8", "web"),
        ("tp8_tp8_web", "tp8", "tp8_web"),
        ("web", "tp8", "web"),
        ("tp8web", "tp8", "tp8web"),
        ("tp8-web", "tp8", "tp8-web"),
        ("_web", "", "_web"),
        ("tp8_", "tp8", ""),
    ],
)
def test_only_the_stacks_own_name_in_front_is_left_out(name: str, stack: str, written: str) -> None:
    assert as_written(name, {"com.docker.stack.namespace": stack}) == written


def test_what_is_of_no_stack_keeps_its_name() -> None:
    assert as_written("tp8_web", {}) == "tp8_web"
    assert as_written("tp8_web", {"com.docker.compose.project": "tp8"}) == "tp8_web"
