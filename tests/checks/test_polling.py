"""The only loop that waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.checks.failure import CheckFailed
from grader.checks.polling import PROGRAM_PAUSE_S, eventually
from grader.checks.settling import find_facts
from grader.errors import ProbeFailed
from grader.machine.question import Answer, WaitQuestion
from tests.checks.fake_engine_json import FakeContainer, fake_container
from tests.checks.fake_machine import FakeMachine, fails_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.machine.machine import Machine


def fails_until(link: FakeMachine, seconds: float) -> Callable[[], None]:
    def judge() -> None:
        if link.total_wait_s < seconds:
            raise CheckFailed("not-yet", evidence=("seen",))

    return judge


def waits(link: FakeMachine) -> list[float]:
    return [one.seconds for one in link.questions if isinstance(one, WaitQuestion)]


def test_what_is_right_at_once_is_not_waited_for() -> None:
    link = FakeMachine()
    eventually(link.as_machine(), lambda: None, within_s=10, is_settling=lambda: pytest.fail("not asked"))
    assert waits(link) == []


def test_pauses_grow_to_a_second() -> None:
    link = FakeMachine()
    eventually(link.as_machine(), fails_until(link, 4), within_s=10, is_settling=lambda: True)
    assert waits(link) == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.0, 1.0, 1.0])


def test_what_has_settled_is_not_waited_for() -> None:
    link = FakeMachine()
    with fails_with("not-yet") as found:
        eventually(link.as_machine(), fails_until(link, 4), within_s=10, is_settling=lambda: False)
    assert found[0].evidence == ("seen",)
    assert waits(link) == []


def test_a_wait_ends_when_what_is_waited_for_has_settled() -> None:
    link = FakeMachine()
    with fails_with("not-yet") as found:
        eventually(link.as_machine(), fails_until(link, 9), within_s=10, is_settling=lambda: link.total_wait_s < 2)
    assert found[0].evidence == ("seen",)
    assert round(found[0].waited_s) == 2


def test_a_wait_ends_when_its_time_is_over_and_says_how_long_it_was() -> None:
    link = FakeMachine()
    with fails_with("not-yet") as found:
        eventually(link.as_machine(), fails_until(link, 99), within_s=2, is_settling=lambda: True)
    assert link.total_wait_s == pytest.approx(2)
    assert waits(link)[-1] == pytest.approx(0.5), "no longer than what is left"
    assert found[0].evidence == ("seen",)
    assert round(found[0].waited_s) == 2


def starting(
    box: FakeContainer, ready_s: float, code: str = "nothing-listens-inside"
) -> tuple[FakeMachine, Callable[[], None]]:
    """A machine with that container, and a check that fails until `ready_s` seconds have been waited."""
    link = FakeMachine(box)

    def judge() -> None:
        if link.total_wait_s < ready_s:
            raise CheckFailed(code, name=box.name)

    return link, judge


def wait_for(link: FakeMachine, judge: Callable[[], None], within_s: float = 10) -> Machine:
    machine = link.as_machine(containers={"web": {"name": "web", "image": "nginx"}})
    eventually(machine, judge, within_s=within_s, depends_on=lambda: find_facts(machine.container("web")))
    return machine


def old_container(log: bytes = b"starting\n", *states: str) -> FakeContainer:
    box = fake_container(up_s=100)
    box.log = log
    box.set_thread_states(*states or ("S",))
    return box


def test_a_container_that_started_long_ago_and_is_idle_is_not_waited_for() -> None:
    link, judge = starting(old_container(), 3)
    with fails_with("nothing-listens-inside") as found:
        wait_for(link, judge)
    assert link.total_wait_s < 1.1, "it is looked at once more, and so is what it does"
    assert round(found[0].waited_s) == 1


def test_in_a_recording_nobody_waits_longer_than_when_it_was_made() -> None:
    """Its later answers belong to later checks."""
    link, judge = starting(old_container(b"", "R"), 3)
    link.table[WaitQuestion(PROGRAM_PAUSE_S)] = Answer(404)
    with fails_with("nothing-listens-inside") as found:
        wait_for(link, judge)
    assert found[0].evidence == ()


def test_one_request_that_fails_on_a_busy_machine_costs_nothing() -> None:
    link, judge = starting(old_container(), 0.1)
    wait_for(link, judge)
    assert not [key for key in link.question_keys if "top" in key or "stats" in key]


@pytest.mark.parametrize("state", ["R", "D"])
def test_one_that_is_still_at_work_is(state: str) -> None:
    link, judge = starting(old_container(b"starting\n", state), 8)
    wait_for(link, judge)


def test_one_that_is_at_work_is_waited_for_longer_than_was_asked() -> None:
    link, judge = starting(old_container(b"starting\n", "R"), 35)
    wait_for(link, judge)
    link, judge = starting(old_container(b"starting\n", "R"), 45)
    with fails_with("nothing-listens-inside") as found:
        wait_for(link, judge)
    assert round(found[0].waited_s) in {40, 41}, "four times as long"


def test_one_that_begins_to_listen_between_two_looks_is_asked_once_more() -> None:
    link, judge = starting(old_container(b""), 10)

    def judge_at_last() -> None:
        judge()
        if link.total_wait_s < 10.5:
            raise CheckFailed("site-silent", name="web")

    wait_for(link, judge_at_last)


def test_a_check_that_asks_for_no_time_waits_for_one_that_is_at_work() -> None:
    """One request may take longer than its limit on a busy machine."""
    link, judge = starting(old_container(b"", "R"), 15, "site-silent")
    wait_for(link, judge, within_s=0)
    link, judge = starting(old_container(b"", "R"), 25, "site-silent")
    with fails_with("site-silent"):
        wait_for(link, judge, within_s=0)


def test_one_that_has_said_nothing_is_waited_for_as_long_as_was_asked() -> None:
    link, judge = starting(old_container(b""), 8)
    wait_for(link, judge)
    link, judge = starting(old_container(b""), 12)
    with fails_with("nothing-listens-inside") as found:
        wait_for(link, judge)
    assert round(found[0].waited_s) == 10


def test_a_wrong_configuration_is_not_waited_for_however_much_is_at_work() -> None:
    link, judge = starting(old_container(b"", "R"), 3, "port-not-published")
    with fails_with("port-not-published"):
        wait_for(link, judge)
    assert link.total_wait_s == 0
    assert not [key for key in link.question_keys if "top" in key or "stats" in key]
    box = fake_container(up_s=1)
    link, judge = starting(box, 3, "looks-elsewhere")
    with fails_with("looks-elsewhere"):
        wait_for(link, judge)
    assert link.total_wait_s == 0


def test_all_checks_of_a_machine_wait_for_work_no_longer_than_half_its_time() -> None:
    link, _ = starting(old_container(b"", "R"), 0)
    machine = link.as_machine(containers={"web": {"name": "web", "image": "nginx"}})

    def judge() -> None:
        raise CheckFailed("nothing-listens-inside", name="web")

    for _ in range(6):
        with fails_with("nothing-listens-inside"):
            eventually(machine, judge, within_s=30, depends_on=lambda: find_facts(machine.container("web")))
    assert 90 <= link.total_wait_s < 92


def test_what_passes_asks_nothing_of_what_is_at_work() -> None:
    link, judge = starting(old_container(b"", "R"), 0)
    wait_for(link, judge)
    assert link.questions == []


def test_without_time_nothing_is_waited_for() -> None:
    link = FakeMachine()
    with fails_with("not-yet"):
        eventually(link.as_machine(), fails_until(link, 1), within_s=0, is_settling=lambda: True)
    assert waits(link) == []


def test_a_short_wait_is_told() -> None:
    link = FakeMachine()
    with fails_with("not-yet") as found:
        eventually(link.as_machine(), fails_until(link, 1), within_s=0.125, is_settling=lambda: True)
    assert (found[0].evidence, found[0].waited_s) == (("seen",), 0.125)
    link = FakeMachine()

    def judge() -> None:
        link.total_wait_s += 0.0625
        raise CheckFailed("not-yet")

    with fails_with("not-yet") as found:
        eventually(link.as_machine(), judge, within_s=0, is_settling=lambda: True)
    assert found[0].evidence == ()


def test_what_was_seen_is_forgotten_between_two_looks() -> None:
    link = FakeMachine()
    machine = link.as_machine()

    def judge() -> None:
        machine.engine("/networks")
        fails_until(link, 0.2)()

    eventually(machine, judge, within_s=10, is_settling=lambda: True)
    assert link.question_keys == ["/networks"] * 3


def test_what_cannot_be_looked_at_is_not_tried_again() -> None:
    link = FakeMachine()

    def judge() -> None:
        raise ProbeFailed("no-clock")

    with pytest.raises(ProbeFailed):
        eventually(link.as_machine(), judge, within_s=10, is_settling=lambda: True)
    assert waits(link) == []
