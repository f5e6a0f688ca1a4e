"""A worksheet of Moodle comes back filled in, and otherwise as it was; the import file holds the same marks."""

from __future__ import annotations

import csv
import html
import io
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import GraderError
from grader.messages import Words
from grader.reports.gradebook.book import build_gradebook
from grader.reports.gradebook.moodle import fill_worksheet, import_csv
from grader.reports.result import Student
from tests.hypothesis_profile import DETERMINISTIC
from tests.reports.gradebook.hostile import INVISIBLE, TEXT, is_formula
from tests.reports.gradebook.roster import ROSTER
from tests.reports.samples import ANSWERS, BOB, CLASS, RUNS, YANN, ZOE, graded

FOLDER = Path(__file__).parent / "worksheets"
FRENCH = (FOLDER / "moodle_fr.csv").read_bytes()
ENGLISH = (FOLDER / "moodle_en.csv").read_bytes()
BOOK = build_gradebook(CLASS, ROSTER)


def table(data: bytes) -> list[list[str]]:
    """As Moodle reads it: UTF-8 with or without its mark, commas, double quotes."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


def column(data: bytes, heading: str) -> list[str]:
    header, *rows = table(data)
    return [row[header.index(heading)] for row in rows]


def test_a_french_worksheet_is_filled_by_id_number() -> None:
    filled = fill_worksheet(FRENCH, BOOK, "fr")
    assert column(filled.data, "Note") == ["3", "20", "", "6", ""]
    said = column(filled.data, "Feedback par commentaires")
    assert said[0].startswith("3/20 points (note provisoire, 10 points non essayés)<br>")
    assert said[1] == "20/20 points"
    assert html.unescape(said[2]) == "Pas de note\u00a0: la machine ne répond pas en SSH"
    assert said[4] == ""


def test_an_english_worksheet_is_filled_by_address_on_its_own_scale() -> None:
    filled = fill_worksheet(ENGLISH, BOOK, "en")
    assert column(filled.data, "Grade") == ["15", "", "55.00", "30"]
    assert column(filled.data, "Feedback comments")[2] == "Well done"
    assert filled.is_complete


def test_decimals_are_written_with_the_worksheets_own_separator() -> None:
    thirds = build_gradebook([msgspec.structs.replace(result, mark=40 / 3) for result in (ZOE, BOB)], ROSTER)
    assert column(fill_worksheet(FRENCH, thirds, "fr").data, "Note")[0] == "13,33333"
    assert column(fill_worksheet(ENGLISH, thirds, "fr").data, "Grade")[0] == "66.66667"


@pytest.mark.parametrize(("data", "places"), [(FRENCH, {6, 11}), (ENGLISH, {4, 9})])
def test_every_other_cell_is_as_it_was_to_the_byte(data: bytes, places: set[int]) -> None:
    filled = fill_worksheet(data, BOOK, "fr").data
    assert len(table(filled)) == len(table(data))
    for before, after in zip(table(data), table(filled), strict=True):
        assert all(
            old == new for place, (old, new) in enumerate(zip(before, after, strict=True)) if place not in places
        )
    assert filled.split(b"\n")[0] == data.split(b"\n")[0]
    untouched = [line for line in data.split(b"\n") if b"e2399999" in line]
    assert all(line in filled for line in untouched)
    nobody = build_gradebook([graded(Student(id="nobody"), [RUNS])])
    assert fill_worksheet(data, nobody, "fr").data == data


def test_who_is_missing_on_either_side_is_listed() -> None:
    filled = fill_worksheet(FRENCH, build_gradebook([ZOE, graded(Student(id="e9", name="New"), [RUNS])], ROSTER), "en")
    assert not filled.is_complete
    assert filled.unmatched_students == ("e9 New",)
    assert filled.unmatched_rows == (
        "line 3 (LE GOFF Yann): no result for e2301235 Yann Le Goff",
        "line 4 (ROUX Ana): no result for e2301236 Ana Roux",
        "line 5 (PETIT Bob): no result for e2301237 Bob Petit",
        'line 7 (=HYPERLINK("http://a.example";"NOM Jean")): no student with this id, address or name',
    )


def test_a_locked_grade_and_an_earlier_grade_of_someone_not_graded_now_are_kept_and_told() -> None:
    filled = fill_worksheet(ENGLISH, BOOK, "en")
    assert filled.remarks == (
        "line 3 (Yann Le Goff): its grade is locked in Moodle",
        "line 4 (Ana Roux): not graded now, the earlier mark 55.00 stays",
    )


def test_a_provisional_mark_that_cannot_be_said_to_be_so_is_told() -> None:
    sheet = b"Identifier,ID number,Grade,Maximum Grade\nParticipant 1,e2301234,,20.00\n"
    filled = fill_worksheet(sheet, build_gradebook([ZOE]), "en")
    assert filled.remarks == ("line 2 (e2301234): its mark is provisional, and there is no feedback column to say so",)
    assert column(filled.data, "Grade") == ["3"]


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        (b"id,mark\n1,2\n", r"line 1: this is not a grading worksheet from Moodle: no column for identifier, grade"),
        (b"Identifier,Full name,Grade,Scale\n1,a,2,3\n", "not graded by points"),
        (b"Identifier,Grade,Maximum Grade\n1,,20\n", "add to the roster a column `participant`"),
        (b"Identifier,ID number,Grade,Maximum Grade\n1,e2301234,,Good\n", "maximum grade 'Good' is not a number"),
        (b"PK\x03\x04", "this is a spreadsheet"),
        (b"", "the file is empty"),
    ],
)
def test_what_is_no_worksheet_is_refused_in_one_sentence(sheet: bytes, said: str) -> None:
    with pytest.raises(GraderError, match=said):
        fill_worksheet(sheet, BOOK, "en")


ANONYMOUS = b"""Identifier,Status,Grade,"Maximum Grade","Grade can be changed","Feedback comments"
"Participant 41871","Submitted for grading - ",,100.00,Yes,
"Participant 41872","Submitted for grading - ",,100.00,Yes,
"Participant 99999","No submission - ",,100.00,Yes,
"""


def test_an_anonymous_worksheet_is_filled_by_moodles_own_identifier() -> None:
    roster = [replace(student, participant={"e2301234": "41871"}.get(student.id, "")) for student in ROSTER]
    yann = msgspec.structs.replace(YANN, student=Student(id="Participant 41872"))
    filled = fill_worksheet(ANONYMOUS, build_gradebook([ZOE, yann], roster), "en")
    assert column(filled.data, "Grade") == ["15", "100", ""]
    assert filled.unmatched_rows == ("line 4 (Participant 99999): no student with this id, address or name",)
    assert filled.unmatched_students == ()


def test_a_number_of_moodle_is_no_id() -> None:
    book = build_gradebook(
        [msgspec.structs.replace(ZOE, student=Student(id="41871")), YANN],
        [replace(student, participant="41872" if student.id == YANN.student.id else "") for student in ROSTER],
    )
    assert column(fill_worksheet(ANONYMOUS, book, "en").data, "Grade") == ["", "100", ""]


def test_marks_of_two_exercises_are_not_put_in_one_worksheet() -> None:
    with pytest.raises(GraderError, match="a spreadsheet for Moodle has the marks of one exercise"):
        fill_worksheet(FRENCH, build_gradebook([ZOE, msgspec.structs.replace(ZOE, exercise="tp3")]), "fr")


def test_a_worksheet_can_be_filled_again() -> None:
    once = fill_worksheet(FRENCH, BOOK, "fr").data
    assert fill_worksheet(once, BOOK, "fr").data == once


def test_no_cell_ends_in_a_backslash_that_phps_reader_takes_for_an_escape() -> None:
    check = msgspec.structs.replace(ANSWERS, message=Words(fr='C:\\"', en='C:\\"'), hint=None)
    filled = fill_worksheet(FRENCH, build_gradebook([graded(Student(id="e2301234"), [check])]), "fr")
    assert b"\\" not in filled.data


def test_the_import_file_holds_ids_addresses_marks_and_feedback() -> None:
    header, *rows = table(import_csv(BOOK, "fr"))
    assert header == ["Numéro d'identification", "Adresse de courriel", "Nom complet", "tp2", "tp2 feedback"]
    assert [(row[0], row[1], row[3]) for row in rows] == [
        ("e2301234", "zoe.martin@etu.iut.example", "3"),
        ("e2301235", "yann.legoff@etu.iut.example", "20"),
        ("e2301236", "ana.roux@etu.iut.example", ""),
        ("e2301237", "bob.petit@etu.iut.example", "6"),
        ("e2301238", "eve.nouvel@etu.iut.example", ""),
    ]
    assert html.unescape(rows[2][4]) == "Pas de note\u00a0: la machine ne répond pas en SSH"


def test_the_import_file_has_a_column_an_exercise_and_a_row_a_student() -> None:
    book = build_gradebook(
        [ZOE, msgspec.structs.replace(YANN, exercise="tp3"), msgspec.structs.replace(BOB, exercise="tp3")]
    )
    header, *rows = table(import_csv(book, "en"))
    assert header == ["ID number", "Email address", "Full name", "tp2", "tp2 feedback", "tp3", "tp3 feedback"]
    assert [(row[0], row[3], row[5]) for row in rows] == [
        ("e2301234", "3", ""),
        ("e2301235", "", "20"),
        ("e2301237", "", "6"),
    ]


@DETERMINISTIC
@given(st.lists(TEXT, unique=True, min_size=1, max_size=4), TEXT)
def test_whatever_ids_and_messages_hold_both_files_stay_whole_and_run_nowhere(ids: list[str], said: str) -> None:
    check = msgspec.structs.replace(ANSWERS, message=Words(fr=said, en=said), title=Words(fr=said, en=said))
    results = [graded(Student(id=one, name=said), [check]) for one in ids]
    results += [graded(Student(id="e2301234"), [check])] if "e2301234" not in ids else []
    book = build_gradebook(results)
    sheet = b"Identifier,ID number,Grade,Maximum Grade,Feedback comments\nParticipant 1,e2301234,,20.00,\n"
    for data in (fill_worksheet(sheet, book, "fr").data, import_csv(book, "fr")):
        rows = table(data)
        assert len({len(row) for row in rows}) == 1
        assert not any(INVISIBLE.search(cell) or is_formula(cell) for row in rows for cell in row)
    assert column(fill_worksheet(sheet, book, "fr").data, "Grade") == ["0"]
