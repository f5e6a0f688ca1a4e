"""`grader key`, `mark`, `verify`, `sign`, `report` and `forget` as a teacher types them, one after another."""

from __future__ import annotations

import csv
import html
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from grader.cli import app
from grader.reports.result_files import write_reports
from grader.results.folder import open_ledger
from grader.results.storing import store_result
from tests.reports.samples import ANA, BOB, CLASS, ZOE
from tests.results.conftest import again

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


@dataclass(frozen=True)
class Teacher:
    """A teacher in the folder that holds `results`."""

    place: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def public_key(self) -> str:
        return str(self.place / "config" / "container-lab-grader" / "ledger-key.pem.pub")

    def types(self, *words: str, code: int = 0) -> str:
        done: Result = CliRunner().invoke(app, [*words, "--lang", "en"], catch_exceptions=True)
        error = done.exception
        shown = done.output if error is None or isinstance(error, SystemExit) else f"{done.output}{error}"
        assert (done.exit_code if error is None or isinstance(error, SystemExit) else 4) == code, shown
        return shown

    def marks(self) -> dict[str, str]:
        self.types("report", "results", "--page")
        with (self.place / "results/reports/marks.csv").open(encoding="utf-8") as file:
            return {row["id"]: row["mark"] or row["status"] for row in csv.DictReader(file)}


@pytest.fixture
def teacher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teacher:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return Teacher(tmp_path)


def grade(place: Path) -> None:
    with open_ledger(place / "results", os.environ) as ledger:
        for result in (*CLASS, again(ZOE, "2026-03-09T10:15:00Z")):
            store_result(result, place / "results", "en", ledger=ledger)


def test_a_term_of_corrections_and_proofs(teacher: Teacher) -> None:
    assert "its public half" in teacher.types("key")
    assert "which was there already" in teacher.types("key")
    grade(teacher.place)
    assert "0 faults" in teacher.types("verify", "results")
    shown = teacher.types(
        "mark", BOB.student.id, "exercises/tp2", "--penalty", "2", "--because", "late", "--by", "prof"
    )
    assert "penalty of 2 – prof" in shown
    assert shown.endswith(f"{BOB.student.id} tp2: 6/20 → 4/20\n")
    teacher.types("mark", ANA.student.id, "tp2", "--excused", "--because", "ill")
    marks = teacher.marks()
    assert (marks[BOB.student.id], marks[ANA.student.id], marks[ZOE.student.id]) == ("4", "excused", "3")
    page = (teacher.place / f"results/reports/tp2/{BOB.student.id}.html").read_text("utf-8")
    assert "late" in page
    assert "Corrected by the teacher" in page
    moodle = (teacher.place / "results/reports/moodle-import.csv").read_text("utf-8")
    assert re.search(r"penalty of 2 – prof, \d{4}-\d\d-\d\d: late", html.unescape(moodle))
    attempts = (teacher.place / f"results/reports/tp2/{ZOE.student.id}.html").read_text("utf-8")
    assert "this one counts" in attempts

    receipt = f"results/reports/tp2/{BOB.student.id}.receipt"
    assert "attempt 1: 6/20" in teacher.types("verify", receipt, "--public-key", teacher.public_key)
    assert "0 faults" in teacher.types("verify", "results", "--receipt", receipt)
    removed = [line for line in teacher.types("forget", BOB.student.id).splitlines() if line.startswith("removed: ")]
    assert len(removed) == len(set(removed)) > 5
    assert BOB.student.id not in teacher.marks()
    assert "0 faults" in teacher.types("verify", "results")


def test_a_receipt_that_says_more_than_the_school_signed_is_seen(teacher: Teacher) -> None:
    teacher.types("key")
    grade(teacher.place)
    teacher.marks()
    receipt = teacher.place / f"results/reports/tp2/{BOB.student.id}.receipt"
    text = receipt.read_text("utf-8")
    receipt.write_text(text.replace('\\"mark\\":6.0', '\\"mark\\":16.0'), "utf-8")
    assert receipt.read_text("utf-8") != text
    assert "not what the school signed" in teacher.types("verify", str(receipt), code=1)
    other = teacher.place / "other.pem"
    teacher.types("key", str(other))
    receipt.write_text(text, "utf-8")
    assert "another key" in teacher.types("verify", str(receipt), "--public-key", f"{other}.pub", code=1)


def test_entries_made_without_a_key_are_signed_afterwards(teacher: Teacher) -> None:
    write_reports(ZOE, teacher.place / "results", "en")
    grade(teacher.place)
    assert "not signed" in teacher.types("verify", "results")
    teacher.types("key")
    assert "are not signed" in teacher.types("mark", BOB.student.id, "tp2", "--bonus", "1", "--because", "x", code=4)
    assert "entries of the ledger signed" in teacher.types("sign", "results")
    assert "0 faults" in teacher.types("verify", "results")
    teacher.marks()
    receipt = f"results/reports/tp2/{BOB.student.id}.receipt"
    assert "attempt 1" in teacher.types("verify", receipt, "--public-key", teacher.public_key)


def test_a_new_key_takes_over(teacher: Teacher) -> None:
    teacher.types("key")
    grade(teacher.place)
    shown = teacher.types("key", "--renew")
    assert "the school's new key" in shown
    [before] = re.findall(r"(\S+\.pub): the public half of the key before", shown)
    assert "replaced" not in teacher.types("verify", "results", "--public-key", before)
    assert "0 entries of the ledger signed" in teacher.types("sign", "results")
    assert "replaced" in teacher.types("verify", "results")
    teacher.types("mark", BOB.student.id, "tp2", "--bonus", "1", "--because", "x")
    for key in (before, teacher.public_key):
        verified = teacher.types("verify", "results", "--public-key", key)
        assert "0 faults" in verified
        assert re.search(r"key [0-9a-f]{32} replaced by [0-9a-f]{32} on 2", verified)
    teacher.marks()
    receipt = f"results/reports/tp2/{BOB.student.id}.receipt"
    assert "correction: x" in teacher.types("verify", receipt, "--public-key", before)
    assert "another key" in teacher.types("verify", receipt, code=1)


def test_there_must_be_a_key_to_renew(teacher: Teacher) -> None:
    assert "cannot be read" in teacher.types("key", "--renew", code=4)


def test_a_signed_ledger_gets_no_unsigned_entry(teacher: Teacher) -> None:
    teacher.types("key")
    grade(teacher.place)
    (teacher.place / "config/container-lab-grader/ledger-key.pem").unlink()
    shown = teacher.types("mark", BOB.student.id, "tp2", "--bonus", "1", "--because", "x", code=4)
    assert "GRADER_LEDGER_KEY" in shown
    assert "--public-key" in teacher.types("verify", "results", code=4)
    assert "0 faults" in teacher.types("verify", "results", "--public-key", teacher.public_key)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("mark", "e1", "tp2", "--points", "3"), "need each other"),
        (("mark", "e1", "tp2", "--bonus", "1", "--absent"), "one correction at a time"),
        (("mark", "e2301234", "tp2", "--bonus", "1"), "the student reads it"),
        (("mark", "e2301234", "tp2", "--remove", "7", "--because", "x"), "no correction 7"),
        (("forget",), "name the students"),
        (("forget", "e1", "--older-than", "1y"), "name the students"),
        (("forget", "stranger"), "contains nothing about stranger"),
        (("forget", "--older-than", "soon"), "such as 1y"),
    ],
)
def test_a_mistake_is_one_sentence(teacher: Teacher, words: tuple[str, ...], sentence: str) -> None:
    grade(teacher.place)
    assert sentence in teacher.types(*words, code=4)


def test_only_who_was_graded_long_ago_is_forgotten(teacher: Teacher) -> None:
    teacher.types("key")
    grade(teacher.place)
    with open_ledger(teacher.place / "results", os.environ) as ledger:
        store_result(again(BOB, "2999-01-01T00:00:00Z"), teacher.place / "results", "en", ledger=ledger)
    assert "3 people forgotten" in teacher.types("forget", "--older-than", "1d")
    assert list(teacher.marks()) == [BOB.student.id]
    assert "nobody is that old" in teacher.types("forget", "--older-than", "1d")
