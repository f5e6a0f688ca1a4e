"""Who is in a gradebook, and with which result."""

from __future__ import annotations

import msgspec
import pytest

from grader.errors import GraderError
from grader.reports.gradebook.book import build_gradebook
from grader.reports.result import Student
from grader.roster.student import RosterStudent
from tests.reports.gradebook.roster import ROSTER
from tests.reports.samples import ANA, BOB, CLASS, RUNS, YANN, ZOE, graded, not_graded


def test_every_student_of_the_roster_is_there_with_or_without_a_result() -> None:
    book = build_gradebook(reversed(CLASS), ROSTER)
    assert [(entry.student.id, entry.result is not None) for entry in book.entries] == [
        ("e2301234", True),
        ("e2301235", True),
        ("e2301236", True),
        ("e2301237", True),
        ("e2301238", False),
    ]
    assert book.entries[0].student.email == "zoe.martin@etu.iut.example"


def test_students_whom_the_roster_does_not_know_come_last_by_id() -> None:
    book = build_gradebook([BOB, ANA, ZOE], ROSTER[:1])
    assert [str(entry) for entry in book.entries] == ["e2301234 Zoé Martin", "e2301236 Ana Roux", "e2301237 Bob Petit"]


def test_two_ids_that_differ_only_in_case_are_two_students() -> None:
    small, capital = (graded(Student(id=one), [RUNS]) for one in ("e1", "E1"))
    book = build_gradebook([small, capital], [RosterStudent(id="e1", name="Ana")])
    assert [(entry.student.id, entry.student.name) for entry in book.entries] == [("e1", "Ana"), ("E1", "")]


def test_a_name_the_roster_leaves_out_is_taken_from_the_result() -> None:
    [entry] = build_gradebook([ZOE], [RosterStudent(id="e2301234", email="zoe@iut.example")]).entries
    assert (entry.student.name, entry.student.email) == ("Zoé Martin", "zoe@iut.example")


@pytest.mark.parametrize("order", [1, -1])
def test_a_mark_counts_before_a_failed_attempt_and_a_later_attempt_before_an_earlier(order: int) -> None:
    student = Student(id="e1")
    attempts = [not_graded(student), msgspec.structs.replace(not_graded(student), started_at="2026-03-03T08:00:00Z")]
    [entry] = build_gradebook(attempts[::order]).entries
    assert entry.result == attempts[1]
    mark = graded(student, [RUNS])
    [entry] = build_gradebook([*attempts, mark][::order]).entries
    assert entry.result == mark


def test_two_marks_of_one_student_are_not_chosen_between() -> None:
    with pytest.raises(GraderError, match="e2301235 has two marks for tp2"):
        build_gradebook([YANN, YANN])


def test_exercises_stay_apart() -> None:
    book = build_gradebook([ZOE, msgspec.structs.replace(ZOE, exercise="tp3")], ROSTER[:2])
    assert [(entry.exercise, entry.student.id) for entry in book.entries] == [
        ("tp2", "e2301234"),
        ("tp2", "e2301235"),
        ("tp3", "e2301234"),
        ("tp3", "e2301235"),
    ]
    with pytest.raises(
        GraderError, match="a spreadsheet for Moodle has the marks of one exercise, but there are: tp2, tp3"
    ):
        book.require_one_exercise("Moodle")


def test_a_student_who_was_not_graded_has_no_mark_even_where_a_file_claims_one() -> None:
    [entry] = build_gradebook([msgspec.structs.replace(ANA, mark=0.0, points=0)]).entries
    assert entry.mark is None
