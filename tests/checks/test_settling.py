"""What can still come true, and what has settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.checks.failure import CheckFailed
from grader.checks.settling import (
    CONFIGURATION_CODES,
    PROGRAM_CODES,
    find_facts,
    has_yet_to_speak,
    is_at_work,
    may_change,
)
from grader.messages import catalogue
from tests.checks.fake_engine_json import FakeContainer, fake_container
from tests.checks.fake_machine import FakeMachine

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact

SPEC = {"web": {"name": "web", "image": "nginx", "port": 80}}
SILENT = CheckFailed("nothing-listens-inside", name="web", inside=80)


def look_at(box: FakeContainer) -> tuple[Machine, tuple[ContainerFact, ...]]:
    machine = FakeMachine(box).as_machine(containers=SPEC)
    return machine, tuple(find_facts(machine.container("web")))


@pytest.mark.parametrize(
    ("box", "changes"),
    [
        (fake_container(up_s=4.9), True),
        (fake_container(up_s=5), False),
        (fake_container(up_s=60, health="starting"), True),
        (fake_container(up_s=60, health="unhealthy"), False),
        (fake_container(state="restarting", restarts=1), True),
        (fake_container(state="restarting", restarts=2), False),
        (fake_container(state="exited", ran_s=1), False),
        (fake_container(state="exited", ran_s=1, health="starting"), False),
        (fake_container(state="paused", up_s=1), False),
    ],
)
def test_only_what_has_just_started_may_change(box: FakeContainer, *, changes: bool) -> None:
    assert [may_change(fact, 5) for fact in look_at(box)[1]] == [changes]


def test_one_that_is_not_there_is_not_waited_for() -> None:
    machine = FakeMachine().as_machine(containers=SPEC)
    assert list(find_facts(machine.container("web"))) == []
    assert not is_at_work(machine, ())


@pytest.mark.parametrize(
    ("states", "works"),
    [
        (("S",), False),
        (("Ssl", "Sl", "S"), False),
        (("R",), True),
        (("Rl", "S"), True),
        (("S", "S", "D"), True),
        (("Z", "T", "I"), False),
        ((), False),
    ],
)
def test_a_thread_that_runs_or_waits_for_a_processor_or_a_disk_is_at_work(
    states: tuple[str, ...], *, works: bool
) -> None:
    box = fake_container(up_s=100)
    box.set_thread_states(*states)
    assert is_at_work(*look_at(box)) is works


def test_it_is_looked_at_more_than_once() -> None:
    """A program that reads its files is between two reads now and then."""
    box = fake_container(up_s=100)
    box.set_thread_states("S")
    machine = FakeMachine(box)
    machine.schedule(0.2, lambda: box.set_thread_states("D"))
    asked = machine.as_machine(containers=SPEC)
    assert is_at_work(asked, find_facts(asked.container("web")))
    assert machine.total_wait_s < 1


@pytest.mark.parametrize(("per_s", "works"), [(0.0, False), (0.01, False), (0.2, True)])
def test_without_ps_processor_time_shows_it(per_s: float, *, works: bool) -> None:
    box = fake_container(up_s=100)
    box.processor_s = 7.0
    machine = FakeMachine(box)
    machine.schedule(0.1, lambda: setattr(box, "processor_s", 7.0 + 0.3 * per_s))
    asked = machine.as_machine(containers=SPEC)
    assert is_at_work(asked, find_facts(asked.container("web"))) is works


def test_what_does_not_run_is_not_at_work() -> None:
    box = fake_container(state="exited", ran_s=1)
    box.set_thread_states("R")
    assert not is_at_work(*look_at(box))


@pytest.mark.parametrize(
    ("failure", "box", "log", "waits"),
    [
        (SILENT, fake_container(up_s=100), b"", True),
        (SILENT, fake_container(up_s=100), b" \n\n", True),
        (SILENT, fake_container(up_s=100), b"starting\n", False),
        (SILENT, fake_container(up_s=100), None, False),
        (SILENT, fake_container(up_s=301), b"", False),
        (SILENT, fake_container(state="exited", ran_s=1), b"", False),
        (CheckFailed("nothing-listens-inside", name="other"), fake_container(up_s=100), b"", False),
        (CheckFailed("site-error", name="web"), fake_container(up_s=100), b"", False),
    ],
)
def test_the_first_word_of_what_does_not_listen_is_waited_for(
    failure: CheckFailed, box: FakeContainer, log: bytes | None, *, waits: bool
) -> None:
    box.log = log
    machine, facts = look_at(box)
    assert has_yet_to_speak(machine, failure, facts) is waits


def test_the_codes_exist_and_are_told_apart() -> None:
    assert set(catalogue("diagnoses", "en")) >= CONFIGURATION_CODES | PROGRAM_CODES
    assert not CONFIGURATION_CODES & PROGRAM_CODES
