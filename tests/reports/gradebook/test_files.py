"""One call gives every gradebook file that needs no sheet of the school."""

from __future__ import annotations

import csv
import io

import msgspec
from openpyxl import load_workbook

from grader.reports.gradebook.book import build_gradebook
from grader.reports.gradebook.files import gradebook_files
from tests.reports.gradebook.roster import ROSTER
from tests.reports.samples import CLASS


def test_every_file_gives_the_same_marks() -> None:
    files = gradebook_files(build_gradebook(CLASS, ROSTER), "fr")
    assert sorted(files) == ["gradebook.xlsx", "marks-excel.csv", "marks.csv", "moodle-import.csv", "scodoc-tp2.xlsx"]
    marks = {"e2301234": "3", "e2301235": "20", "e2301236": "", "e2301237": "6", "e2301238": ""}
    for name, delimiter, of_id, of_mark in (
        ("marks-excel.csv", ";", "identifiant", "note"),
        ("marks.csv", ",", "id", "mark"),
        ("moodle-import.csv", ",", "Numéro d'identification", "tp2"),
    ):
        text = io.StringIO(files[name].decode("utf-8-sig"), newline="")
        assert {row[of_id]: row[of_mark] for row in csv.DictReader(text, delimiter=delimiter)} == marks
    sheet = load_workbook(io.BytesIO(files["gradebook.xlsx"]))["notes"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert {row[1]: "" if row[5] is None else str(row[5]) for row in rows} == marks
    scodoc = load_workbook(io.BytesIO(files["scodoc-tp2.xlsx"])).worksheets[0]
    rows = list(scodoc.iter_rows(min_row=5, values_only=True))
    assert {str(row[0])[1:]: str(row[4]) for row in rows} == {
        "e2301234": "3",
        "e2301235": "20",
        "e2301236": "ATT",
        "e2301237": "6",
    }


def test_scodoc_has_a_sheet_an_exercise_whatever_it_is_called() -> None:
    other = [msgspec.structs.replace(result, exercise="../tp3") for result in CLASS]
    files = gradebook_files(build_gradebook([*CLASS, *other]), "en")
    names = sorted(name for name in files if name.startswith("scodoc"))
    assert len(names) == 2
    assert names[0] == "scodoc-tp2.xlsx"
    assert names[1].startswith("scodoc-tp3~")
