"""The only loop that waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.checks.failure import CheckFailed
from grader.checks.polling import eventually
from grader.errors import ProbeFailed
from grader.machine.question import WaitQuestion
from tests.checks.fake_machine import FakeMachine, fails_with

if TYPE_CHECKING:
    from collections.abc import Callable


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
    assert found[0].evidence == ("seen", "waited 2 s")


def test_a_wait_ends_when_its_time_is_over_and_says_how_long_it_was() -> None:
    link = FakeMachine()
    with fails_with("not-yet") as found:
        eventually(link.as_machine(), fails_until(link, 99), within_s=2, is_settling=lambda: True)
    assert link.total_wait_s == pytest.approx(2)
    assert waits(link)[-1] == pytest.approx(0.5), "no longer than what is left"
    assert found[0].evidence == ("seen", "waited 2 s")


def test_without_time_nothing_is_waited_for() -> None:
    link = FakeMachine()
    with fails_with("not-yet"):
        eventually(link.as_machine(), fails_until(link, 1), within_s=0, is_settling=lambda: True)
    assert waits(link) == []


def test_a_wait_of_a_tenth_is_told() -> None:
    link = FakeMachine()
    with fails_with("not-yet") as found:
        eventually(link.as_machine(), fails_until(link, 1), within_s=0.125, is_settling=lambda: True)
    assert found[0].evidence == ("seen", "waited 0 s")
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
