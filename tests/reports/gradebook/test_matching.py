"""Rows and students find each other by what is sure, then by what is likely, and never by a guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.reports.gradebook.matching import Keys, match
from tests.steady import STEADY

ZOE = Keys(("e2301234",), "zoe.martin@iut.example", "Zoé Martin")
YANN = Keys(("e2301235",), "yann@iut.example", "Yann Le Goff")


@pytest.mark.parametrize(
    "row",
    [
        Keys(("e2301234",)),
        Keys(("", "e2301234"), "another@address.example", "Another Name"),
        Keys(email="ZOE.Martin@IUT.example"),
        Keys(("E2301234",)),
        Keys(email="e2301234@etu.univ.example"),
        Keys(name="MARTIN Zoe"),
    ],
)
def test_a_row_finds_its_student_by_id_address_login_or_name(row: Keys) -> None:
    matching = match([Keys(("someone",)), row], [YANN, ZOE])
    assert matching.student_of == {1: 1}
    assert matching.unclear == {}


@pytest.mark.parametrize("row", [Keys(), Keys(name="Zoé"), Keys(("e230123",)), Keys(email="martin@iut.example")])
def test_a_row_that_nothing_ties_to_a_student_is_left(row: Keys) -> None:
    assert match([row], [ZOE, YANN]).student_of == {}


def test_a_row_that_says_two_students_is_given_to_neither() -> None:
    matching = match([Keys(("e2301234",), "yann@iut.example")], [ZOE, YANN])
    assert matching.student_of == {}
    assert matching.unclear == {0: "fits several students"}


def test_a_row_that_says_two_students_is_not_decided_by_its_name() -> None:
    matching = match([Keys(("e2301234",), "yann@iut.example", "Zoé Martin")], [ZOE, YANN])
    assert matching.student_of == {}


def test_one_word_is_no_name_to_go_by() -> None:
    assert match([Keys(name="Zoé")], [Keys(("e1",), name="Zoé")]).student_of == {}


def test_two_rows_of_one_student_are_both_left() -> None:
    matching = match([Keys(("e2301234",)), Keys(email="zoe.martin@iut.example")], [ZOE])
    assert matching.student_of == {}
    assert matching.unclear == dict.fromkeys((0, 1), "fits a student that another row fits too")


def test_two_students_of_one_name_are_not_told_apart_by_it() -> None:
    namesakes = [Keys(("e1",), name="Zoé Martin"), Keys(("e2",), name="Martin Zoé")]
    assert match([Keys(name="Zoé Martin")], namesakes).unclear == {0: "fits several students"}
    assert match([Keys(("e2",), name="Zoé Martin")], namesakes).student_of == {0: 1}


def test_ids_that_differ_in_case_are_told_apart_where_both_are_written() -> None:
    students = [Keys(("e1",)), Keys(("E1",))]
    assert match([Keys(("E1",)), Keys(("e1",))], students).student_of == {0: 1, 1: 0}
    assert match([Keys(("É1",))], students).unclear == {0: "fits several students"}


def test_a_likely_row_does_not_take_a_student_from_a_sure_one() -> None:
    rows = [Keys(name="Zoé Martin"), Keys(("e2301234",))]
    assert match(rows, [ZOE]).student_of == {1: 0}


SMALL = st.builds(
    Keys, st.tuples(st.sampled_from(["", "a", "A", "b"])), st.sampled_from(["", "a@x", "b@x"]), st.just("")
)


@STEADY
@given(st.lists(SMALL, max_size=5), st.lists(SMALL, max_size=5))
def test_no_student_gets_two_rows_and_a_sure_key_that_is_shared_decides_nothing(
    rows: list[Keys], students: list[Keys]
) -> None:
    matching = match(rows, students)
    assert len(set(matching.student_of.values())) == len(matching.student_of)
    for row, student in matching.student_of.items():
        for other, keys in enumerate(students):
            if other != student and set(keys.sure()) & set(rows[row].sure()):
                assert other in matching.student_of.values()
