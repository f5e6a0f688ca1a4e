"""`grader batch --from`: the files of a class are judged again by the school, whoever made them."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from grader.grading.handed_in import read_handed_in
from grader.grading.request import GradingRequest
from grader.handin.moodle_zip import read_moodle_zip
from grader.reports.result import ResultFile, read_result
from grader.roster.roster import read_roster
from tests.commands.batch.batch import TP2, batch
from tests.handin.samples import handin, moodle_zip

if TYPE_CHECKING:
    from pathlib import Path

ROSTER = """\
id,name,participant,team
e1,Zoé Martin,41871,
e2,Noël Petit,,
e3,Ana Roux,,A
e4,Bob Petit,,A
e5,Eve Nouvel,,
e6,Tom Leroy,,
e7,Lou Henry,,
"""


WORKSHEET = """\
Identifier,"Full name",Grade,"Maximum Grade","Feedback comments"
"Participant 41871","Zoé Martin",,20.00,
"Participant 41872","Noël Petit",,20.00,
"Participant 41876","Tom Leroy",,20.00,
"""
COURSE = """\
[exercises.tp2]
deadline = 2026-10-12 16:30:00
late = { penalty = 1, per = "hour" }
"""
worksheet: list[dict[str, str]] = []
"""The rows of Moodle's worksheet afterwards."""


def results(folder: Path) -> dict[str, ResultFile]:
    return {path.stem: read_result(path) for path in sorted((folder / "tp2").glob("*.json"))}


def remarks(folder: Path, roster: str, files: dict[tuple[str, int], bytes]) -> list[str]:
    """What a teacher is asked to look at in these files."""
    (folder / "class.csv").write_text(roster, encoding="utf-8")
    submissions = read_moodle_zip(moodle_zip(folder / "moodle.zip", files))
    (folder / "recordings").mkdir(exist_ok=True)
    shared, students = GradingRequest(exercise=TP2), read_roster(folder / "class.csv", ("id",))
    work = read_handed_in(submissions, shared, students, folder / "recordings", code="", submitted={})
    return [remark.message("en") for remark in work.remarks]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, int, dict[str, ResultFile]]:
    """What the command says, its exit code, and the results."""
    folder = tmp_path_factory.mktemp("moodle")
    (folder / "class.csv").write_text(ROSTER, encoding="utf-8")
    files = {
        ("Martin Z.", 41871): handin("e1", code="baleine"),
        ("PETIT Noël", 41872): handin("e2", "tp2/wrong/index-default", code="vieux"),
        ("ROUX Ana", 41873): handin("e3", code="baleine"),
        ("NOUVEL Eve", 41875): handin("e1", code="baleine"),  # copied from e1
        ("LEROY Tom", 41876): b"PK not a zip",
        ("HENRY Lou", 41877): handin("e7", "tp5/reference", code="baleine"),
        ("Somebody Else", 41899): handin("e9"),
    }
    path = moodle_zip(folder / "moodle.zip", files)
    (folder / "worksheet.csv").write_text(WORKSHEET, encoding="utf-8")
    (folder / "course.toml").write_text(COURSE, encoding="utf-8")
    options = ["--code", "baleine", "--moodle", str(folder / "worksheet.csv"), "--course", str(folder / "course.toml")]
    done = batch(folder / "class.csv", folder / "results", "--from", str(path), *options)
    worksheet.extend(csv.DictReader(io.StringIO((folder / "worksheet.csv").read_text(encoding="utf-8"), newline="")))
    return done.stderr, done.returncode, results(folder / "results")


def test_each_recording_is_judged_again_by_the_schools_suite(
    graded: tuple[str, int, dict[str, ResultFile]],
) -> None:
    _, code, found = graded
    assert {name: result.points for name, result in found.items()} == {
        "e1": 20,
        "e2": 18,
        "e3": 20,
        "e4": 20,  # in a team with e3
        "e5": 20,
        "e6": None,
        "e7": None,
    }
    assert code == 6
    assert (found["e4"].team, found["e4"].student.name) == (["e3"], "Bob Petit")
    assert (found["e6"].reason_code, found["e7"].reason_code) == ("handin-not-a-zip", "handin-other-exercise")


def test_the_moment_is_the_students_and_the_receipt_is_kept(graded: tuple[str, int, dict[str, ResultFile]]) -> None:
    handed_in = graded[2]["e1"].handed_in
    assert handed_in
    assert (handed_in.at, handed_in.by, len(handed_in.receipt)) == ("2026-10-12T15:00:00Z", "student", 64)


def test_moodles_worksheet_is_filled_with_the_marks_that_count(
    graded: tuple[str, int, dict[str, ResultFile]],
) -> None:
    """All were handed in at 17:00, half an hour late."""
    assert graded
    assert [row["Grade"] for row in worksheet] == ["19", "17", ""]
    assert "1 taken off 20/20: 1 hour late" in worksheet[0]["Feedback comments"]
    assert "the moment is that of the student&#x27;s machine" in worksheet[0]["Feedback comments"]
    assert "No mark: this is not a zip file" in worksheet[2]["Feedback comments"]


def test_what_a_teacher_should_ask_about_is_said(graded: tuple[str, int, dict[str, ResultFile]]) -> None:
    said = [line.removeprefix("grader: ") for line in graded[0].splitlines() if line.startswith("grader: ")]
    assert said == [
        (
            "the submission of Somebody Else (Participant 41899) belongs to nobody in the roster: "
            "add the column `participant`"
        ),
        "e2 handed in a file made with the word 'vieux': it may be from another time",
        "e5 handed in a file made for e1: ask the student",
        "e5 and e1 handed in the same recording, but are not a team",
    ]


@pytest.mark.parametrize("typed", ["e2", "E2", "noel@iut.example", "NOEL", "Petit Noel"])
def test_a_student_may_be_named_as_the_roster_does_in_any_way(tmp_path: Path, typed: str) -> None:
    rows = "id,name,email\ne1,Zoé Martin,zoe@iut.example\ne2,Noël Petit,noel@iut.example\n"
    assert remarks(tmp_path, rows, {("Petit Noël", 2): handin(typed)}) == []
    assert remarks(tmp_path, rows, {("Martin Zoé", 1): handin(typed)}) == [
        f"e1 handed in a file made for {typed}: ask the student"
    ]


def test_moodles_worksheet_as_the_roster_has_no_ids_that_a_student_knows(tmp_path: Path) -> None:
    """So a file is odd if it names another student of the worksheet, or somebody whom another file names."""
    rows = "Identifier,Full name,Email address\n" + "".join(
        f"Participant {number},{name},{name.split()[0]}@iut.example\n"
        for number, name in ((1, "Zoé Martin"), (2, "Noël Petit"), (3, "Ana Roux"))
    )
    files = {
        ("Martin Zoé", 1): handin("e2301234"),
        ("Petit Noël", 2): handin("E2301234", "tp2/wrong/index-default"),
        ("Roux Ana", 3): handin("Zoé@iut.example", "tp2/wrong/port-reversed"),
    }
    assert remarks(tmp_path, rows, files) == [
        "Participant 2 and Participant 1 handed in files made for E2301234, but are not a team",
        "Participant 3 handed in a file made for Zoé@iut.example: ask the student",
    ]


@pytest.mark.parametrize("is_roster", [False, True])
def test_the_moment_is_moodles_if_the_worksheet_has_it(tmp_path: Path, *, is_roster: bool) -> None:
    """The student's computer says that it was made three days earlier, which is in time."""
    rows = WORKSHEET.replace('Grade,"Max', '"Last modified (submission)",Grade,"Max')
    rows = rows.replace('"Zoé Martin",', '"Zoé Martin","Monday, 12 October 2026, 5:31 PM",').replace(
        '"Noël Petit",', '"Noël Petit","Monday, October 12, 2026, 4:30 PM",'
    )
    rows = rows.replace('"Tom Leroy",', '"Tom Leroy",-,')
    (tmp_path / "worksheet.csv").write_text(rows, encoding="utf-8")
    (tmp_path / "class.csv").write_text(rows if is_roster else ROSTER, encoding="utf-8")
    (tmp_path / "course.toml").write_text(COURSE, encoding="utf-8")
    early = "2026-10-09T08:00:00Z"
    files = {("Martin Zoé", 41871): handin("e1", at=early), ("Petit Noël", 41872): handin("e2", at=early)}
    path = moodle_zip(tmp_path / "moodle.zip", files)
    options = [] if is_roster else ["--moodle", str(tmp_path / "worksheet.csv")]
    options += ["--course", str(tmp_path / "course.toml")]
    done = batch(tmp_path / "class.csv", tmp_path / "results", "--from", str(path), *options)
    found = [result.handed_in for result in results(tmp_path / "results").values() if result.handed_in]
    assert [(one.at, one.by, len(one.receipt)) for one in found] == [
        ("2026-10-12T15:31:00Z", "server", 64),
        ("2026-10-12T14:30:00Z", "server", 64),
    ], done.stderr
    if not is_roster:
        text = (tmp_path / "worksheet.csv").read_text(encoding="utf-8")
        filled = list(csv.DictReader(io.StringIO(text, newline="")))
        assert [row["Grade"] for row in filled] == ["18", "20", ""]
        assert "2 taken off 20/20: 2 hours late" in filled[0]["Feedback comments"]
        assert "machine" not in filled[0]["Feedback comments"].partition("taken off")[2].partition("<")[0]


def test_a_file_that_names_nobody_is_not_judged(tmp_path: Path) -> None:
    """The command never makes one: it was taken out to hide from whom the file is."""
    (tmp_path / "class.csv").write_text(ROSTER, encoding="utf-8")
    path = moodle_zip(tmp_path / "moodle.zip", {("Martin Z.", 41871): handin("")})
    done = batch(tmp_path / "class.csv", tmp_path / "results", "--from", str(path))
    assert (done.returncode, results(tmp_path / "results")["e1"].reason_code) == (6, "handin-not-a-handin")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--from", "moodle.zip", "--disposable", "--record"), "remove --record, --disposable"),
        (("--code", "x"), "--code: only with --from"),
        (("--from", "no.zip"), "no.zip: No such file"),
    ],
)
def test_options_that_do_not_go_together_are_refused(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    (tmp_path / "class.csv").write_text(ROSTER, encoding="utf-8")
    done = batch(tmp_path / "class.csv", tmp_path / "results", *options)
    assert (done.returncode, said in done.stderr) == (4, True), done.stderr
