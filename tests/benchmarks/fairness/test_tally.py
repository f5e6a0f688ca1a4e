"""Points are counted on the right side, and the table has a line per exercise."""

from __future__ import annotations

from benchmarks.fairness.oracle.verdict import EARNED, UNKNOWN, lost
from benchmarks.fairness.tally import ExerciseTally, Tally
from benchmarks.figure import Figure, Part, Table
from benchmarks.page import _section


def test_points_that_were_lost_and_given_are_undeserved() -> None:
    counted = Tally()
    counted.count(3, lost("port-reversed"), is_given=True)
    assert (counted.undeserved, counted.withheld, counted.lost) == (3, 0, 3)


def test_points_that_were_earned_and_not_given_are_withheld() -> None:
    counted = Tally()
    counted.count(4, EARNED, is_given=False)
    counted.count(2, EARNED, is_given=True)
    assert (counted.undeserved, counted.withheld, counted.lost, counted.deserved) == (0, 4, 0, 6)


def test_what_cannot_be_judged_counts_on_neither_side() -> None:
    counted = Tally()
    counted.count(4, UNKNOWN, is_given=False)
    counted.count(4, UNKNOWN, is_given=True)
    assert (counted.tried, counted.unjudged) == (8, 8)
    assert (counted.undeserved, counted.withheld, counted.lost, counted.deserved) == (0, 0, 0, 0)


def test_what_the_states_of_several_right_answers_give_is_added() -> None:
    counted, other = ExerciseTally("tp2", bases=1, states=3, operators={"port_reversed"}), ExerciseTally("tp2")
    other.bases, other.operators = 1, {"port_reversed", "mount_forgotten"}
    other.checks.count(3, EARNED, is_given=True)
    other.deviations["web: undeserved"] = 3
    counted.add(other)
    assert (counted.bases, counted.states, counted.checks.deserved) == (2, 3, 3)
    assert counted.operators == {"port_reversed", "mount_forgotten"}
    assert counted.deviations == {"web: undeserved": 3}


def test_a_part_of_the_page_shows_its_tables() -> None:
    part = Part("Marks", "now", 0.1, [])
    part.extend([Figure("states", 3), Table(["exercise", "states"], [["tp1", "3"]])])
    assert "| exercise | states |\n| --- | --- |\n| tp1 | 3 |\n" in _section(part)
