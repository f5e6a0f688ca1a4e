"""The marks as CSV, read back as Excel and as a program read them."""

from __future__ import annotations

import csv
import io

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from grader.reports.gradebook.book import build_gradebook
from grader.reports.gradebook.csv_file import excel_csv, plain_csv
from grader.reports.result import ResultFile, Student
from tests.hypothesis_profile import DETERMINISTIC
from tests.reports.gradebook.hostile import HOSTILE, INVISIBLE, TEXT, is_formula
from tests.reports.gradebook.roster import ROSTER
from tests.reports.samples import CLASS, RUNS, graded, not_graded

BOOK = build_gradebook(CLASS, ROSTER)


def rows(data: bytes, delimiter: str, encoding: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(encoding), newline=""), delimiter=delimiter, strict=True))


def test_french_excel_opens_it_with_a_double_click() -> None:
    data = excel_csv(BOOK)
    assert data.startswith(b"\xef\xbb\xbfexercice;identifiant;nom;courriel;groupe;note;sur;")
    assert data.count(b"\r\n") == data.count(b"\n") == 6


def test_the_marks_are_those_of_the_results_with_a_decimal_comma() -> None:
    found = {row["identifiant"]: row["note"] for row in rows(excel_csv(BOOK), ";", "utf-8-sig")}
    assert found == {"e2301234": "3", "e2301235": "20", "e2301236": "", "e2301237": "6", "e2301238": ""}
    half = msgspec.structs.replace(CLASS[0], mark=13.25)
    assert rows(excel_csv(build_gradebook([half])), ";", "utf-8-sig")[0]["note"] == "13,25"


def test_who_has_no_mark_has_an_empty_cell_and_a_reason_and_no_zero_anywhere() -> None:
    ana, eve = (rows(excel_csv(BOOK), ";", "utf-8-sig")[index] for index in (2, 4))
    assert (ana["état"], ana["raison"]) == ("Pas de note", "la machine ne répond pas en SSH")
    assert eve["état"] == "Aucun résultat"
    for row in (ana, eve):
        assert {row[name] for name in ("note", "points", "points non essayés", "provisoire")} == {""}


def test_a_provisional_mark_is_seen_as_such() -> None:
    zoe, yann = rows(excel_csv(BOOK), ";", "utf-8-sig")[:2]
    assert (zoe["provisoire"], zoe["points non essayés"]) == ("oui", "10")
    assert (yann["provisoire"], yann["points non essayés"]) == ("non", "0")


def test_the_headings_can_be_english() -> None:
    [row, *_] = rows(excel_csv(BOOK, "en"), ";", "utf-8-sig")
    assert (row["mark"], row["status"], row["provisional"]) == ("3", "Graded", "yes")


def test_the_plain_file_is_for_programs() -> None:
    data = plain_csv(BOOK)
    assert data.startswith(
        b"exercise,id,name,email,group,mark,out_of,status,provisional,not_tried_points,points,max_points,reason,team,late_penalty\n"
    )
    found = {row["id"]: (row["mark"], row["status"], row["provisional"]) for row in rows(data, ",", "utf-8")}
    assert found == {
        "e2301234": ("3", "graded", "true"),
        "e2301235": ("20", "graded", "false"),
        "e2301236": ("", "not-graded", ""),
        "e2301237": ("6", "graded", "false"),
        "e2301238": ("", "no-result", ""),
    }


def test_a_formula_is_disarmed_and_still_readable() -> None:
    results = [graded(Student(id=one, name=one), [RUNS]) for one in HOSTILE]
    shown = [row["id"] for row in rows(plain_csv(build_gradebook(results)), ",", "utf-8")]
    assert "'=cmd|' /C calc'!A0" in shown
    assert "a;'=1+1" in shown
    assert "../../x" in shown
    assert len(shown) == len(HOSTILE)


@DETERMINISTIC
@given(st.lists(st.tuples(TEXT, TEXT), unique_by=lambda two: two[0], max_size=5), st.booleans())
def test_whatever_ids_and_names_hold_nothing_runs_whichever_delimiter_a_program_takes(
    students: list[tuple[str, str]],
    absent: bool,  # noqa: FBT001  (hypothesis gives it)
) -> None:
    results: list[ResultFile] = []
    for student_id, name in students:
        student = Student(id=student_id, name=name)
        results.append(not_graded(student) if absent else graded(student, [RUNS]))
    for data, delimiter, encoding in (
        (excel_csv(build_gradebook(results)), ";", "utf-8-sig"),
        (plain_csv(build_gradebook(results)), ",", "utf-8"),
    ):
        table = list(csv.reader(io.StringIO(data.decode(encoding), newline=""), delimiter=delimiter, strict=True))
        assert len(table) == len(students) + 1
        assert not any(INVISIBLE.search(cell) for row in table for cell in row)
        for line in data.decode(encoding).splitlines():
            for other in ",;\t":
                assert not any(is_formula(cell.strip('"')) for cell in line.split(other))
