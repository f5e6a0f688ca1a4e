"""`@check(within_s=…)`: a whole check waits for what is still starting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grader.checks.expect import expect
from grader.checks.failure import CheckFailed
from grader.scoring.check import check, spec_of
from tests.checks.fake_engine_json import fake_container
from tests.checks.fake_machine import FakeMachine, fails_with

if TYPE_CHECKING:
    from grader.machine.machine import Machine

SPEC: dict[str, Any] = {"containers": {"web": {"name": "web"}}}


@check(points=1, within_s=20, fr="il est prêt", en="it is ready")
def becomes_ready(machine: Machine) -> None:
    expect(machine.container("web")).to_log("ready")
    assert machine.engine("/info").body != b'{"Name": "not yet"}'


def machine_with(up_s: float) -> FakeMachine:
    machine = FakeMachine(fake_container(up_s=up_s))
    machine.info = {"Name": "not yet"}
    return machine


def test_it_is_a_check_like_any_other() -> None:
    spec = spec_of(becomes_ready)
    assert spec
    assert (spec.name, spec.points, becomes_ready.__module__) == ("becomes_ready", 1, __name__)


def test_it_waits_for_all_that_it_expects_by_expectation_or_by_assert() -> None:
    machine = machine_with(up_s=1)
    machine.schedule(3, lambda: setattr(machine.fake_containers[0], "log", b"ready\n"))
    machine.schedule(6, lambda: machine.info.update(Name="pc"))
    becomes_ready(machine.as_machine(**SPEC))
    assert 6 <= machine.total_wait_s < 9


def test_it_does_not_wait_for_what_has_settled() -> None:
    machine = machine_with(up_s=900)
    with fails_with("log-empty"):
        becomes_ready(machine.as_machine(**SPEC))
    assert machine.total_wait_s == 0


def test_a_bare_assert_is_raised_as_it_was() -> None:
    machine = machine_with(up_s=900)
    machine.fake_containers[0].log = b"ready\n"
    with pytest.raises(AssertionError, match="not yet") as caught:
        becomes_ready(machine.as_machine(**SPEC))
    assert not isinstance(caught.value, CheckFailed)
