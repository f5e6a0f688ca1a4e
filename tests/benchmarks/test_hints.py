"""The figures of the hints: what was repaired, in how many rounds, and what was lost on the way."""

from benchmarks.figure import Figure, Table
from benchmarks.hints import summary
from tests.robot.results import Repair

REPAIRS = [
    Repair(name="tp2/wrong/a", codes=["port-other"], is_repaired=True),
    Repair(name="tp2/wrong/b", codes=["port-other", "site-error"], is_repaired=True, regressions=["1 a: b"]),
    Repair(name="tp5/wrong/c", codes=["site-error"] * 5, stuck="site-error is left"),
    Repair(name="tp5/wrong/d", codes=["site-error"], is_repaired=True),
]


def test_each_exercise_has_a_row() -> None:
    table = next(one for one in summary(REPAIRS) if isinstance(one, Table))
    assert table.rows == [["tp2", "2", "2", "1.5", "2", "1"], ["tp5", "2", "1", "1", "1", "0"]]


def test_what_was_not_repaired_counts_against_the_hints() -> None:
    figures = [one.value for one in summary(REPAIRS) if isinstance(one, Figure)]
    assert figures == [4, 75, 1, 1]


def test_without_a_repair_there_is_no_median() -> None:
    assert [one.value for one in summary(REPAIRS[2:3]) if isinstance(one, Figure)] == [1, 0, 0]
