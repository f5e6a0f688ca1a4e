"""Rows are matched with students by certain keys, then by likely ones, and never by a guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.reports.gradebook.student_matching import MatchKeys, match_students
from tests.hypothesis_profile import DETERMINISTIC

ZOE = MatchKeys(("e2301234",), "zoe.martin@iut.example", "Zoé Martin")
YANN = MatchKeys(("e2301235",), "yann@iut.example", "Yann Le Goff")


@pytest.mark.parametrize(
    "row",
    [
        MatchKeys(("e2301234",)),
        MatchKeys(("", "e2301234"), "another@address.example", "Another Name"),
        MatchKeys(email="ZOE.Martin@IUT.example"),
        MatchKeys(("E2301234",)),
        MatchKeys(email="e2301234@etu.univ.example"),
        MatchKeys(name="MARTIN Zoe"),
    ],
)
def test_a_row_finds_its_student_by_id_address_login_or_name(row: MatchKeys) -> None:
    matching = match_students([MatchKeys(("someone",)), row], [YANN, ZOE])
    assert matching.student_of == {1: 1}
    assert matching.ambiguous == {}


@pytest.mark.parametrize(
    "row", [MatchKeys(), MatchKeys(name="Zoé"), MatchKeys(("e230123",)), MatchKeys(email="martin@iut.example")]
)
def test_a_row_that_nothing_ties_to_a_student_is_left(row: MatchKeys) -> None:
    assert match_students([row], [ZOE, YANN]).student_of == {}


def test_a_row_that_says_two_students_is_given_to_neither() -> None:
    matching = match_students([MatchKeys(("e2301234",), "yann@iut.example")], [ZOE, YANN])
    assert matching.student_of == {}
    assert matching.ambiguous == {0: "several"}


def test_a_row_that_says_two_students_is_not_decided_by_its_name() -> None:
    matching = match_students([MatchKeys(("e2301234",), "yann@iut.example", "Zoé Martin")], [ZOE, YANN])
    assert matching.student_of == {}


def test_one_word_is_no_name_to_go_by() -> None:
    assert match_students([MatchKeys(name="Zoé")], [MatchKeys(("e1",), name="Zoé")]).student_of == {}


def test_two_rows_of_one_student_are_both_left() -> None:
    matching = match_students([MatchKeys(("e2301234",)), MatchKeys(email="zoe.martin@iut.example")], [ZOE])
    assert matching.student_of == {}
    assert matching.ambiguous == dict.fromkeys((0, 1), "taken")


def test_two_students_of_one_name_are_not_told_apart_by_it() -> None:
    namesakes = [MatchKeys(("e1",), name="Zoé Martin"), MatchKeys(("e2",), name="Martin Zoé")]
    assert match_students([MatchKeys(name="Zoé Martin")], namesakes).ambiguous == {0: "several"}
    assert match_students([MatchKeys(("e2",), name="Zoé Martin")], namesakes).student_of == {0: 1}


def test_ids_that_differ_in_case_are_told_apart_where_both_are_written() -> None:
    students = [MatchKeys(("e1",)), MatchKeys(("E1",))]
    assert match_students([MatchKeys(("E1",)), MatchKeys(("e1",))], students).student_of == {0: 1, 1: 0}
    assert match_students([MatchKeys(("É1",))], students).ambiguous == {0: "several"}


def test_a_likely_row_does_not_take_a_student_from_a_sure_one() -> None:
    rows = [MatchKeys(name="Zoé Martin"), MatchKeys(("e2301234",))]
    assert match_students(rows, [ZOE]).student_of == {1: 0}


SMALL = st.builds(
    MatchKeys, st.tuples(st.sampled_from(["", "a", "A", "b"])), st.sampled_from(["", "a@x", "b@x"]), st.just("")
)


@DETERMINISTIC
@given(st.lists(SMALL, max_size=5), st.lists(SMALL, max_size=5))
def test_no_student_gets_two_rows_and_a_sure_key_that_is_shared_decides_nothing(
    rows: list[MatchKeys], students: list[MatchKeys]
) -> None:
    matching = match_students(rows, students)
    assert len(set(matching.student_of.values())) == len(matching.student_of)
    for row, student in matching.student_of.items():
        for other, keys in enumerate(students):
            if other != student and set(keys.exact_keys()) & set(rows[row].exact_keys()):
                assert other in matching.student_of.values()
