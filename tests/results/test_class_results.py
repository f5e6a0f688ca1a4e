"""What a results folder says of a class, whatever else lies in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from grader.errors import GraderError
from grader.reports.gradebook.book import build_gradebook
from grader.reports.result import InconsistentResult, Student, read_result, write_result
from grader.reports.result_files import result_path
from grader.results.class_results import read_class_results
from grader.results.counting import counted_attempt
from grader.roster.student import RosterStudent
from tests.reports.samples import ANA, BOB, YANN, ZOE
from tests.results.conftest import ResultsBench, again

if TYPE_CHECKING:
    from pathlib import Path

    from grader.course_table.table import AttemptRule
    from grader.reports.result import ResultFile


@pytest.mark.parametrize(("rule", "number"), [("first", 2), ("best", 3), ("last", 4)])
def test_which_attempt_counts(results: ResultsBench, rule: AttemptRule, number: int) -> None:
    """A run that could not be graded never takes a mark away."""
    student = Student(id="e1")
    for run in (ANA, BOB, YANN, ZOE, ANA):
        results.grade(replace(run, student=student))
    (work,) = read_class_results(results.folder)
    attempt = counted_attempt(work.attempts, rule)
    assert attempt is not None
    assert (len(work.attempts), attempt.number) == (5, number)


def test_of_several_best_attempts_the_first_counts(results: ResultsBench) -> None:
    results.grade(BOB)
    results.grade(again(BOB, "2026-03-09T10:15:00Z"))
    (work,) = read_class_results(results.folder)
    attempt = counted_attempt(work.attempts, "best")
    assert attempt is not None
    assert attempt.number == 1


def test_without_any_mark_the_last_attempt_says_why(results: ResultsBench) -> None:
    results.grade(ANA)
    results.grade(again(ANA, "2026-03-09T10:15:00Z"))
    (work,) = read_class_results(results.folder)
    assert [attempt.number for attempt in work.attempts] == [1, 2]
    result = work.result("first")
    assert result is not None
    assert (result.mark, result.started_at) == (None, "2026-03-09T10:15:00Z")


def edited(result: ResultFile, name: str) -> ResultFile:
    first = result.checks[0]
    return {
        "mark": replace(result, mark=19.0),
        "points": replace(result, points=19),
        "maximum": replace(result, max_points=6),
        "check": replace(result, checks=[replace(first, points=2), *result.checks[1:]]),
        "blocked check": replace(result, checks=[*result.checks[:-1], replace(result.checks[-1], points=8)]),
        "not provisional": replace(result, provisional=False),
        "tried": replace(result, not_tried_points=0, provisional=False),
        "not graded": replace(result, status="not-graded"),
    }[name]


@pytest.mark.parametrize(
    "name", ["mark", "points", "maximum", "check", "blocked check", "not provisional", "tried", "not graded"]
)
def test_a_mark_that_does_not_follow_from_its_points_is_no_result(tmp_path: Path, name: str) -> None:
    path = result_path(tmp_path, "tp2", ZOE.student.id)
    write_result(ZOE, path)
    assert read_result(path) == ZOE
    write_result(edited(ZOE, name), path)
    with pytest.raises(InconsistentResult, match=r"does not follow|without a mark") as error:
        read_result(path)
    assert "découle pas" in error.value.message("fr") or "sans note" in error.value.message("fr")
    told: list[Path] = []
    assert read_class_results(tmp_path, lambda where, _: told.append(where)) == []
    assert told == [path]


def test_one_id_of_two_people_is_refused_and_another_spelling_is_not() -> None:
    assert build_gradebook([ZOE], [RosterStudent(id=ZOE.student.id, name="MARTIN Zoe")]).entries[0].mark == ZOE.mark
    with pytest.raises(GraderError, match="Noël Petit in the roster"):
        build_gradebook([ZOE], [RosterStudent(id=ZOE.student.id, name="Noël Petit")])
