"""The workbook, opened again by openpyxl: the marks, every check of every student, the mistakes by frequency."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from grader.messages import Words
from grader.reports.gradebook.book import build_gradebook
from grader.reports.gradebook.workbook import build_workbook
from grader.reports.result import Student
from tests.hypothesis_profile import DETERMINISTIC
from tests.reports.gradebook.hostile import HOSTILE, INVISIBLE, TEXT, is_formula
from tests.reports.gradebook.roster import ROSTER
from tests.reports.samples import ANSWERS, BOB, CLASS, RUNS, YANN, ZOE, graded, with_verdict

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

BOOK = build_gradebook(CLASS, ROSTER)


def opened(data: bytes) -> Workbook:
    return load_workbook(io.BytesIO(data))


def table(data: bytes, sheet: str) -> list[list[object]]:
    return [list(row) for row in opened(data)[sheet].iter_rows(values_only=True)]


def test_it_has_a_sheet_of_marks_one_of_checks_and_one_of_mistakes() -> None:
    assert opened(build_workbook(BOOK, "fr")).sheetnames == ["notes", "vérifications", "erreurs"]
    assert opened(build_workbook(BOOK, "en")).sheetnames == ["marks", "checks", "mistakes"]


def test_the_marks_are_numbers_and_who_has_none_has_an_empty_cell() -> None:
    header, *rows = table(build_workbook(BOOK, "fr"), "notes")
    found = {row[header.index("identifiant")]: row[header.index("note")] for row in rows}
    assert found == {"e2301234": 3, "e2301235": 20, "e2301236": None, "e2301237": 6, "e2301238": None}
    ana = rows[2]
    assert ana[header.index("état")] == "Pas de note"
    assert ana[header.index("raison")] == "la machine ne répond pas en SSH"
    assert 0 not in ana


def test_a_provisional_mark_is_in_italics_and_says_so() -> None:
    sheet = opened(build_workbook(BOOK, "fr"))["notes"]
    header = [cell.value for cell in sheet[1]]
    zoe, yann = (sheet[line][header.index("note")] for line in (2, 3))
    assert (zoe.font.italic, yann.font.italic) == (True, False)
    assert sheet[2][header.index("provisoire")].value == "provisoire"
    assert sheet[2][header.index("points non essayés")].value == 10
    assert sheet[3][header.index("provisoire")].value is None


def test_every_check_has_a_column_and_every_student_a_row() -> None:
    rows = table(build_workbook(BOOK, "fr"), "vérifications")
    assert rows[0][2:] == ["tp2"] * 5
    assert rows[1][2:] == [
        "test_web_runs",
        "test_site_answers",
        "test_page_is_served",
        "test_survives",
        "test_foo_says_hello",
    ]
    assert rows[2][3] == "le site répond sur ton port"
    assert rows[3] == ["identifiant", "nom", 3, 3, 4, 2, 8]
    assert rows[4:] == [
        ["e2301234", "Zoé Martin", 3, 0, "bloqué", "non essayé", "non jugé"],
        ["e2301235", "Yann Le Goff", 3, 3, 4, 2, 8],
        ["e2301236", "Ana Roux", None, None, None, None, None],
        ["e2301237", "Bob Petit", 3, 3, 0, 0, 0],
        ["e2301238", "Eve Nouvel", None, None, None, None, None],
    ]


def test_mistakes_come_by_frequency_with_what_was_seen() -> None:
    others = [graded(Student(id=f"e{n}"), [RUNS, ANSWERS]) for n in (1, 2)]
    header, *rows = table(build_workbook(build_gradebook([BOB, ZOE, YANN, *others]), "en"), "mistakes")
    assert header == ["students", "exercise", "check", "code", "id", "name", "message", "hint", "seen"]
    assert [(row[0], row[2], row[4]) for row in rows] == [
        (3, "test_site_answers", "e1"),
        (3, "test_site_answers", "e2"),
        (3, "test_site_answers", "e2301234"),
        (1, "test_foo_says_hello", "e2301237"),
        (1, "test_page_is_served", "e2301237"),
        (1, "test_survives", "e2301237"),
    ]
    assert rows[0][3] == "port-reversed"
    assert rows[0][8] == "0.0.0.0:80->4000/tcp / GET http://127.0.0.1:4000/ : connection refused"


def test_exercises_share_the_sheets() -> None:
    book = build_gradebook(
        [ZOE, msgspec.structs.replace(YANN, exercise="tp3"), msgspec.structs.replace(ZOE, exercise="tp3")]
    )
    rows = table(build_workbook(book, "en"), "checks")
    assert rows[0][2:] == ["tp2"] * 5 + ["tp3"] * 5
    assert rows[4:] == [
        [
            "e2301234",
            "Zoé Martin",
            3,
            0,
            *["blocked", "not tried", "not judged"],
            3,
            0,
            *["blocked", "not tried", "not judged"],
        ],
        ["e2301235", "Yann Le Goff", *[None] * 5, 3, 3, 4, 2, 8],
    ]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_text_is_a_text_and_stays_one_when_it_is_edited(hostile: str) -> None:
    data = build_workbook(build_gradebook([graded(Student(id=hostile, name=hostile), [RUNS])]), "en")
    cell = opened(data)["marks"]["B2"]
    if not hostile:
        assert cell.value is None
        return
    assert cell.data_type in {"s", "inlineStr"}
    assert cell.quotePrefix or not is_formula(str(cell.value))


def test_no_file_of_the_workbook_holds_a_formula_or_an_external_link() -> None:
    results = [graded(Student(id=one, name=one), [with_verdict(ANSWERS, "failed")]) for one in HOSTILE]
    with zipfile.ZipFile(io.BytesIO(build_workbook(build_gradebook(results), "fr"))) as packed:
        assert not any("external" in name for name in packed.namelist())
        sheets = [packed.read(name) for name in packed.namelist() if name.startswith("xl/worksheets/")]
    assert len(sheets) == 3
    assert not any(b"<f>" in sheet or b"<f " in sheet or b"hyperlink" in sheet for sheet in sheets)


def test_an_id_that_spells_a_control_character_is_not_turned_into_one() -> None:
    """In this format `_x001B_` is a character, and `_x005F_` the underscore that says it is not."""
    data = build_workbook(build_gradebook([graded(Student(id="_x001B_"), [RUNS])]), "en")
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml")
    assert b">_x005F_x001B_<" in sheet
    assert b">_x001B_<" not in sheet


def test_a_flood_fits_in_a_cell() -> None:
    flood = msgspec.structs.replace(ANSWERS, message=Words(fr="é" * 100_000, en="x"), evidence=["y" * 100_000])
    rows = table(build_workbook(build_gradebook([graded(Student(id="e1"), [flood])]), "fr"), "erreurs")
    assert len(str(rows[1][6])) == 32_767


def test_an_empty_class_is_a_workbook_with_headings() -> None:
    assert [row[0] for row in table(build_workbook(build_gradebook([]), "en"), "marks")] == ["exercise"]


@DETERMINISTIC
@given(st.lists(TEXT, unique=True, max_size=4), TEXT, TEXT)
def test_whatever_the_results_hold_the_workbook_opens_and_shows_it(ids: list[str], said: str, exercise: str) -> None:
    check = msgspec.structs.replace(ANSWERS, id=said, message=Words(fr=said, en=said), evidence=[said, said])
    book = opened(
        build_workbook(build_gradebook([graded(Student(id=one, name=said), [check], exercise) for one in ids]), "en")
    )
    assert book["marks"].max_row == len(ids) + 1
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            assert not any(cell.data_type == "f" or INVISIBLE.search(str(cell.value)) for cell in row)
