"""Every run is kept, none twice, whatever is killed on the way."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from grader.ledger.ledger import Ledger
from grader.reports.result import Regrade, read_result
from grader.reports.result_files import result_path, write_reports
from grader.results import storing
from grader.results.attempts import read_attempts, recording_path
from grader.results.folder import open_ledger
from grader.results.storing import PREPARED, store_regrade, store_result
from tests.reports.samples import BOB, YANN, ZOE
from tests.results.conftest import ResultsBench, again

if TYPE_CHECKING:
    from pathlib import Path

REGRADE = Regrade(at="2026-06-01T08:00:00Z", reason="appeal", mark_before=3.0, suite_before="0", grader_before="2026.1")


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_single_run_looks_as_it_always_did(tmp_path: Path) -> None:
    store_result(ZOE, tmp_path, "fr", recording=b"asked")
    assert names(tmp_path) == {"tp2/e2301234.json", "tp2/e2301234.xml", "tp2/e2301234.recording"}


def test_a_second_run_keeps_the_first(results: ResultsBench) -> None:
    results.grade(ZOE, recording=b"first")
    results.grade(again(ZOE, "2026-03-09T10:15:00Z"), recording=b"second")
    path = result_path(results.folder, "tp2", ZOE.student.id)
    attempts = read_attempts(path)
    assert [(one.number, one.result.started_at) for one in attempts] == [
        (1, "2026-03-02T10:15:00Z"),
        (2, "2026-03-09T10:15:00Z"),
    ]
    assert read_result(path).attempt == 2
    assert [recording_path(path, number).read_bytes() for number in (1, 2)] == [b"first", b"second"]
    assert (path.with_suffix(".attempts") / "001.xml").is_file()


def test_a_folder_of_an_earlier_version_is_one_attempt_each(results: ResultsBench) -> None:
    write_reports(ZOE, results.folder, "fr")
    path = result_path(results.folder, "tp2", ZOE.student.id)
    path.write_bytes(path.read_bytes().replace(b'"attempt": 1,', b""))
    assert [one.number for one in read_attempts(path)] == [1]
    results.grade(again(ZOE, "2026-03-09T10:15:00Z"))
    assert [one.number for one in read_attempts(path)] == [1, 2]
    with open_ledger(results.folder, results.environ) as ledger:
        assert [(entry.kind, entry.body.get("adopted")) for entry in ledger.entries] == [
            ("opened", None),
            ("attempt", True),
            ("attempt", None),
        ]


def test_a_regrade_is_another_judgement_of_its_attempt(results: ResultsBench) -> None:
    results.grade(ZOE, recording=b"asked")
    path = result_path(results.folder, "tp2", ZOE.student.id)
    first = replace(read_result(path), regraded=[REGRADE])
    with open_ledger(results.folder, results.environ) as ledger:
        store_regrade(first, path, "fr", folder=results.folder, ledger=ledger)
    results.grade(again(ZOE, "2026-03-09T10:15:00Z"))
    second = replace(first, regraded=[REGRADE, REGRADE])
    with open_ledger(results.folder, results.environ) as ledger:
        store_regrade(second, read_attempts(path)[0].path, "fr", folder=results.folder, ledger=ledger)
    assert [(one.number, len(one.result.regraded)) for one in read_attempts(path)] == [(1, 2), (2, 0)]
    assert recording_path(path, 1).read_bytes() == b"asked"
    kept = {"001.json", "001.xml", "001.recording", "001-regraded-1.json", "001-regraded-1.xml"}
    assert names(path.with_suffix(".attempts")) == kept | {"001-regraded-2.json", "001-regraded-2.xml"}


def test_a_file_that_is_no_result_is_not_overwritten(results: ResultsBench) -> None:
    path = result_path(results.folder, "tp2", ZOE.student.id)
    path.parent.mkdir(parents=True)
    path.write_text("notes of mine")
    results.grade(ZOE)
    assert read_result(path).attempt == 1
    (kept,) = path.with_suffix(".attempts").iterdir()
    assert kept.read_text() == "notes of mine"


@pytest.mark.parametrize("has_links", [True, False])
def test_disks_without_hard_links_keep_attempts_too(
    results: ResultsBench, monkeypatch: pytest.MonkeyPatch, *, has_links: bool
) -> None:
    def refuse(_here: object, _there: object) -> None:
        raise OSError

    if not has_links:
        monkeypatch.setattr(os, "link", refuse)
    results.grade(ZOE)
    results.grade(again(ZOE, "2026-03-09T10:15:00Z"))
    path = result_path(results.folder, "tp2", ZOE.student.id)
    assert [one.number for one in read_attempts(path)] == [1, 2]
    assert not list(results.folder.glob(f"**/{PREPARED}*"))


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours is done any more."""


@pytest.mark.parametrize("step", range(13))
def test_a_kill_at_any_step_loses_nothing_and_doubles_nothing(
    results: ResultsBench, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Each step that changes the disk is the last one, in turn; the next program there finishes it or undoes it."""
    results.grade(ZOE, recording=b"first")
    results.grade(BOB)
    steps = 0

    def count(function: object) -> object:
        def wrapped(*arguments: object, **named: object) -> object:
            nonlocal steps
            steps += 1
            if steps > step:
                raise Killed
            return function(*arguments, **named)  # type: ignore[operator]

        return wrapped

    with monkeypatch.context() as patch:
        patch.setattr(storing, "_write_prepared", count(storing._write_prepared))
        patch.setattr(storing, "link_or_copy", count(storing.link_or_copy))
        patch.setattr(Ledger, "_write", count(Ledger._write))
        patch.setattr("pathlib.Path.replace", count(type(results.folder).replace))
        try:
            results.grade(again(ZOE, "2026-03-09T10:15:00Z"), recording=b"second")
            was_killed = False
        except Killed:
            was_killed = True
    assert was_killed == (step < 12), steps
    results.grade(YANN)
    path = result_path(results.folder, "tp2", ZOE.student.id)
    with open_ledger(results.folder, results.environ) as ledger:
        noted = [entry.body["attempt"] for entry in ledger.state.entries_of(ZOE.student.id)]
    attempts = read_attempts(path)
    assert noted == [one.number for one in attempts]
    assert len(noted) == len(set(noted)) >= 1
    assert [recording_path(path, one.number).read_bytes() for one in attempts] == [b"first", b"second"][: len(noted)]
    assert not list(results.folder.glob(f"**/{PREPARED}*"))
    assert path.with_suffix(".xml").is_file()
