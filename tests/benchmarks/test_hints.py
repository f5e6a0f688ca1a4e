"""The figures of the hints: what was repaired, in how many rounds, and what was lost on the way."""

from benchmarks.figure import Figure, Table
from benchmarks.hints import count_repairable, summary
from tests.robot.results import Repair

REPAIRS = [
    Repair(name="tp2/wrong/a", codes=["port-other"], is_repaired=True),
    Repair(name="tp2/wrong/b", codes=["port-other", "site-error"], is_repaired=True, regressions=["1 a: b"]),
    Repair(name="tp5/wrong/c", codes=["site-error"] * 5, stuck="site-error is left"),
    Repair(name="tp5/wrong/d", codes=["site-error"], is_repaired=True),
]
KNOWN = {"tp2": 2, "tp5": 3, "tp6": 1}


def test_each_exercise_has_a_row() -> None:
    table = next(one for one in summary(REPAIRS, KNOWN) if isinstance(one, Table))
    assert table.rows == [
        ["tp2", "2", "2", "2", "1.5", "2", "1"],
        ["tp5", "3", "2", "1", "1", "1", "0"],
        ["tp6", "1", "0", "0", "–", "–", "0"],
    ]


def test_what_was_not_tried_yet_is_said() -> None:
    notes = [one.note for one in summary(REPAIRS, KNOWN) if isinstance(one, Figure)]
    assert notes[0] == "of 6 that can be repaired on the machine; the others were not tried yet"
    notes = [one.note for one in summary(REPAIRS, {"tp2": 2, "tp5": 2}) if isinstance(one, Figure)]
    assert notes[0] == "all that can be repaired on the machine"


def test_the_solutions_are_counted_by_exercise() -> None:
    assert count_repairable(["tp2/wrong/port-reversed", "tp5/wrong/still-linked"]) == {"tp2": 1, "tp5": 1}


def test_what_was_not_repaired_counts_against_the_hints() -> None:
    figures = [one.value for one in summary(REPAIRS, KNOWN) if isinstance(one, Figure)]
    assert figures == [4, 75, 1, 1]


def test_without_a_repair_there_is_no_median() -> None:
    assert [one.value for one in summary(REPAIRS[2:3], KNOWN) if isinstance(one, Figure)] == [1, 0, 0]
