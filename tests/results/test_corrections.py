"""A teacher's corrections stand beside the verdicts, survive every new judgement, and can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from grader.commands.mark.command import _account
from grader.commands.mark.mark import CorrectionRequest, corrections_of, record_correction, remove_correction
from grader.errors import GraderError
from grader.reports.result import Regrade, read_result
from grader.reports.result_files import result_path
from grader.results.folder import open_ledger
from grader.results.storing import store_regrade
from tests.reports.samples import ANA, BOB, MOUNT, ZOE
from tests.results.conftest import ResultsBench, again

if TYPE_CHECKING:
    from grader.reports.result import ResultFile


def correct(bench: ResultsBench, kind: str, points: float = 0, check: str = "", student: str = BOB.student.id) -> None:
    wanted = CorrectionRequest(bench.folder, "tp2", student, because="seen in class", by="prof")
    record_correction(wanted, kind, check, points, bench.environ)


def now(bench: ResultsBench, student: str = BOB.student.id) -> ResultFile:
    result = corrections_of(bench.folder, "tp2", student, bench.environ).result()
    assert result is not None
    return result


def test_points_of_a_check_change_the_mark_and_not_the_verdict(results: ResultsBench) -> None:
    results.grade(BOB)
    correct(results, "points", 4, "test_page_is_served")
    result = now(results)
    assert (result.points, result.mark) == (10, 10.0)
    check = next(one for one in result.checks if one.id == "test_page_is_served")
    assert (check.verdict, check.points) == ("failed", 4)
    assert [(one.because, one.by, one.applies) for one in result.corrections] == [("seen in class", "prof", True)]
    on_disk = read_result(result_path(results.folder, "tp2", BOB.student.id))
    assert (on_disk.points, on_disk.corrections) == (6, [])


def test_of_two_corrections_of_one_check_the_last_counts(results: ResultsBench) -> None:
    results.grade(BOB)
    correct(results, "points", 4, "test_page_is_served")
    correct(results, "points", 1, "test_page_is_served")
    assert now(results).points == 7
    assert [one.applies for one in now(results).corrections] == [False, True]


@pytest.mark.parametrize(
    ("kind", "points", "mark"),
    [("bonus", 1.5, 7.5), ("penalty", 2, 4), ("bonus", 20, 20), ("penalty", 20, 0), ("bonus", 0.125, 6.13)],
)
def test_bonus_and_penalty_stay_between_zero_and_the_maximum(
    results: ResultsBench, kind: str, points: float, mark: float
) -> None:
    results.grade(BOB)
    correct(results, kind, points)
    assert (now(results).points, now(results).mark) == (6, mark)


@pytest.mark.parametrize("kind", ["absent", "excused"])
def test_an_absence_leaves_no_mark_and_no_zero(results: ResultsBench, kind: str) -> None:
    results.grade(BOB)
    correct(results, kind)
    assert (now(results).status, now(results).mark, now(results).reason_code) == ("not-graded", None, kind)
    correct(results, kind, student="nobody-graded")
    work = corrections_of(results.folder, "tp2", "nobody-graded", results.environ)
    assert work.result() is None
    assert work.absence is not None


def test_a_check_that_nobody_could_judge_is_decided_by_the_teacher(results: ResultsBench) -> None:
    results.grade(ZOE)
    assert (ZOE.provisional, ZOE.not_tried_points) == (True, 10)
    correct(results, "points", 8, MOUNT.id, ZOE.student.id)
    result = now(results, ZOE.student.id)
    assert (result.points, result.not_tried_points, result.provisional) == (11, 2, True)


def test_a_student_without_a_mark_gets_one_only_when_every_check_is_decided(results: ResultsBench) -> None:
    checks = [replace(check, verdict="error", points=0) for check in BOB.checks[:2]]
    results.grade(replace(ANA, checks=checks, max_points=6))
    correct(results, "points", 3, checks[0].id, ANA.student.id)
    assert now(results, ANA.student.id).mark is None
    correct(results, "points", 0, checks[1].id, ANA.student.id)
    assert (now(results, ANA.student.id).status, now(results, ANA.student.id).mark) == ("graded", 10.0)


def test_corrections_survive_a_new_run_and_a_regrade(results: ResultsBench) -> None:
    results.grade(BOB)
    correct(results, "points", 4, "test_page_is_served")
    correct(results, "bonus", 1)
    results.grade(again(BOB, "2026-03-09T10:15:00Z"))
    assert now(results).mark == 11.0
    path = result_path(results.folder, "tp2", BOB.student.id)
    note = Regrade(at="2026-06-01T08:00:00Z", reason="x", mark_before=6.0, suite_before="", grader_before="")
    without = [check for check in BOB.checks if check.id != "test_page_is_served"]
    other = replace(read_result(path), checks=without, max_points=16, mark=7.5, regraded=[note])
    with open_ledger(results.folder, results.environ) as ledger:
        store_regrade(other, path, "fr", folder=results.folder, ledger=ledger)
    assert now(results).mark == 8.5
    assert [one.applies for one in now(results).corrections] == [False, True], "the check is gone, and that is said"


def test_a_correction_can_be_taken_back(results: ResultsBench) -> None:
    results.grade(BOB)
    correct(results, "bonus", 1)
    (one,) = now(results).corrections
    wanted = CorrectionRequest(results.folder, "tp2", BOB.student.id, because="wrong student", by="prof")
    remove_correction(wanted, one.number, results.environ)
    assert (now(results).mark, now(results).corrections) == (6.0, [])
    with pytest.raises(GraderError, match="no correction"):
        remove_correction(wanted, one.number, results.environ)


@pytest.mark.parametrize(
    ("kind", "points", "check", "student", "code"),
    [
        ("points", 4, "test_nothing", BOB.student.id, "mark.no-check"),
        ("points", 5, "test_page_is_served", BOB.student.id, "mark.too-much"),
        ("bonus", 21, "", BOB.student.id, "mark.too-much"),
        ("bonus", 1, "", "e2301238", "mark.no-student-near"),
        ("bonus", 1, "", "stranger", "mark.no-student"),
    ],
)
def test_a_mistake_is_said_and_nothing_is_recorded(
    results: ResultsBench, *, kind: str, points: float, check: str, student: str, code: str
) -> None:
    results.grade(BOB)
    with pytest.raises(GraderError) as error:
        correct(results, kind, points, check, student)
    assert error.value.code == code
    assert now(results).corrections == []


def test_where_the_account_has_no_name_its_number_stands_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_name() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr("getpass.getuser", no_name)
    monkeypatch.setattr("os.getuid", lambda: 4711)
    assert _account() == "uid 4711"
