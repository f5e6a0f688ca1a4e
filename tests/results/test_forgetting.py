"""Forgetting a student leaves nothing of them in the folder, everything of the others, and a ledger that verifies."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from grader.commands.report.command import report
from grader.errors import GraderError
from grader.ledger.ledger import Ledger
from grader.ledger.public_key import read_public_key
from grader.reports.junit.writer import junit_for_class
from grader.reports.result import Advice, Diagnosis, Student, read_result
from grader.reports.result_files import result_path
from grader.reports.signature import KEY_VARIABLE, FileStatus, sign, verify
from grader.results import forgetting
from grader.results.class_results import read_class_results
from grader.results.folder import open_ledger
from grader.results.forgetting import forget
from grader.results.verification import verify_results
from tests.reports.samples import BOB, YANN, ZOE
from tests.results.conftest import ResultsBench, again

if TYPE_CHECKING:
    from pathlib import Path

MARKERS = [f"m4rk3r{number:02}" for number in range(20)]
"""Words that are in the folder only because of one student."""
ID, NAME, URL, ENGINE, EVIDENCE, VALUE, MESSAGE, SECOND, RECORDED, RECORDED_AGAIN, *REST = MARKERS
REASON, BY, EXTENSION, PORTS, COMMIT, ADVICE, COMMAND, API, SUBMISSION, HINT = REST


@pytest.fixture
def planted(results: ResultsBench) -> ResultsBench:
    """A class in which one student has left twenty markers."""
    check = replace(
        ZOE.checks[1],
        evidence=[EVIDENCE, COMMAND],
        message={"fr": MESSAGE, "en": MESSAGE},
        hint={"fr": HINT, "en": HINT},
        diagnosis=Diagnosis(code="port-reversed", values={"published": VALUE, "wanted": "1"}),
    )
    hers = replace(
        ZOE,
        student=Student(id=ID, name=NAME),
        machine=replace(ZOE.machine, url=f"ssh://{URL}", id=ENGINE, api=API),
        checks=[ZOE.checks[0], check, *ZOE.checks[2:]],
        ports=PORTS,
        commit=COMMIT,
        advice=[Advice(tool="hadolint", code="DL3006", file="Dockerfile", line=1, text=ADVICE)],
        submission=SUBMISSION,
        team=[YANN.student.id],
    )
    results.grade(hers, recording=RECORDED.encode())
    results.grade(replace(YANN, team=[ID]))
    results.grade(BOB)
    results.grade(again(hers, SECOND), recording=RECORDED_AGAIN.encode())
    results.append("correction", {"exercise": "tp2", "kind": "bonus", "points": 1, "because": REASON, "by": BY}, ID)
    results.append("deadline", {"exercise": "tp2", "until": EXTENSION}, ID)
    exercise = results.folder / "tp2"
    own = [read_result(path) for path in sorted(exercise.glob("*.json"))]
    (results.folder / "tp2.xml").write_bytes(junit_for_class(own, "en"))
    lines = [f'{{"event":"done","at":1.0,"student":"{one}"}}\n' for one in (ID, BOB.student.id)]
    (exercise / ".grader-journal").write_text("".join(lines))
    report.callback(  # type: ignore[misc]  # a command has one
        folder=results.folder,
        roster=None,
        out=None,
        moodle=None,
        scodoc=None,
        exercise="",
        course=None,
        page=True,
        lang="en",
    )
    return results


def words_in(folder: Path) -> set[str]:
    """The markers in the names and contents of all files, spreadsheets unpacked."""
    found = set()
    for path in folder.rglob("*"):
        content = path.name.encode()
        if path.is_file():
            content += path.read_bytes()
            if path.suffix == ".xlsx":
                with zipfile.ZipFile(path) as book:
                    content += b"".join(map(book.read, book.namelist()))
        found |= {word for word in MARKERS if word.encode() in content}
    return found


def marks(bench: ResultsBench) -> dict[str, float | None]:
    works = read_class_results(bench.folder)
    return {work.student.id: result.mark for work in works if (result := work.result())}


def forgotten_by(bench: ResultsBench, **environ: str) -> forgetting.Forgotten:
    with open_ledger(bench.folder, bench.environ | environ) as ledger:
        return forget(ledger, {ID}, bench.environ | environ, "en")


def test_twenty_markers_are_gone_and_the_others_marks_are_unchanged(planted: ResultsBench) -> None:
    planted_words = words_in(planted.folder)
    assert planted_words == {*MARKERS}
    before = marks(planted)
    forgotten = forgotten_by(planted)
    assert words_in(planted.folder) == set()
    assert forgotten.mentions == []
    del before[ID]
    assert marks(planted) == before
    report_of = verify_results(planted.folder, read_public_key(planted.public_key))
    assert report_of.faults == []
    assert (planted.folder / "tp2.xml").is_file(), "the class's report is written again"


def test_whoever_was_in_a_team_with_them_is_so_no_more(planted: ResultsBench) -> None:
    path = result_path(planted.folder, "tp2", YANN.student.id)
    assert read_result(path).team == [ID]
    forgotten_by(planted)
    assert read_result(path).team == []
    assert read_result(path).mark == YANN.mark


def test_what_names_them_elsewhere_is_listed(planted: ResultsBench) -> None:
    notes = planted.folder / "notes.txt"
    notes.write_text(f"see {NAME}")
    assert forgotten_by(planted).mentions == [notes]


def test_a_signed_folder_is_signed_again_or_left_alone(planted: ResultsBench) -> None:
    key = "a key of the school's, long enough"
    files = [path for path in planted.folder.rglob("*") if path.is_file() and path.suffix in {".json", ".xml"}]
    sign(planted.folder, key.encode(), files)
    with pytest.raises(GraderError, match=KEY_VARIABLE):
        forgotten_by(planted)
    assert ID in words_in(planted.folder)
    forgotten_by(planted, **{KEY_VARIABLE: key})
    assert words_in(planted.folder) == set()
    statuses = verify(planted.folder, key.encode())
    assert {status for name, status in statuses.items() if name.startswith("tp2")} == {FileStatus.SIGNED}


STEPS = ("_remove_files", "_own_files", "forget_in_journal", "_rewrite_class_report")


@pytest.mark.parametrize("step", [*STEPS, "remove_forgotten"])
def test_a_forgetting_that_was_killed_is_finished_by_whoever_comes_next(
    planted: ResultsBench, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Killed(BaseException): ...

    def kill(*_arguments: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        where: object = forgetting if step in STEPS else Ledger
        patch.setattr(where, step, kill)
        with pytest.raises(Killed):
            forgotten_by(planted)
    planted.grade(again(BOB, "2026-03-09T10:15:00Z"))
    assert words_in(planted.folder) == set()
    assert verify_results(planted.folder, read_public_key(planted.public_key)).faults == []


def test_an_id_that_is_the_name_of_an_exercise_removes_nobody_else(results: ResultsBench) -> None:
    for student in ("tp2", "ledger", "reports", "chain"):
        results.grade(replace(ZOE, student=Student(id=student)))
    results.grade(BOB)
    with open_ledger(results.folder, results.environ) as ledger:
        forget(ledger, {"tp2", "ledger", "reports", "chain"}, results.environ, "en")
    assert marks(results) == {BOB.student.id: BOB.mark}
    assert verify_results(results.folder, read_public_key(results.public_key)).faults == []
