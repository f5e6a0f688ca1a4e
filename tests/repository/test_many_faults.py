"""Whatever one repository brings about is that student's own result: no engine is needed to see it."""

from __future__ import annotations

import errno
import os
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from grader.errors import GraderError, MachineUnreachable
from grader.reports.results import Words, read_result
from grader.repository import many
from grader.repository.many import Batch, grade_everyone
from grader.repository.not_graded import not_graded
from grader.repository.run import Asked, Done
from grader.roster.student import RosterStudent
from tests.repository.handins import COMPOSE, EXERCISE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from grader.reports.results import ResultFile

LOST = MachineUnreachable("engine-lost", where="unix:///e.sock", detail="x")
GONE = MachineUnreachable("engine-unreachable", where="unix:///e.sock", detail="x")


class Tried:
    """Stands in for the grading, which cannot be made to fail in these ways on demand; keeps who was tried where."""

    def __init__(self, faults: Mapping[str, Exception]) -> None:
        self.faults = faults
        self.turns: list[tuple[str, str]] = []

    def __call__(self, asked: Asked, _environ: Mapping[str, str]) -> Done:
        self.turns.append((asked.student, asked.machine))
        fault = self.faults.get(asked.student) or self.faults.get(asked.machine)
        if fault is not None:
            raise fault
        fine = not_graded(asked.exercise, asked.who, "fine", Words(fr="x", en="x"))
        return Done(fine, 0, ("fine",))


def batch(results: Path, *engines: str) -> Batch:
    return Batch(EXERCISE, results, engines or ("unix:///a.sock",), lang="en")


def grade(
    tmp_path: Path, students: int, faults: Mapping[str, Exception], monkeypatch: pytest.MonkeyPatch, *engines: str
) -> tuple[int, Tried, dict[str, ResultFile]]:
    tried, done = Tried(faults), dict[str, Done]()
    monkeypatch.setattr(many, "grade_one", tried)
    roster = [RosterStudent(id=f"e{number}", repo="x") for number in range(1, students + 1)]
    code = grade_everyone(roster, batch(tmp_path, *engines), {}, lambda who, one: done.update({who.id: one}))
    assert sorted(done) == sorted(one.id for one in roster)
    return code, tried, {one.id: read_result(tmp_path / "tp9" / f"{one.id}.json") for one in roster}


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        (
            UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates not allowed"),
            "repository-unreadable",
            "can't encode",
        ),
        (OSError(errno.ENAMETOOLONG, "File name too long", "a/b"), "repository-unreadable", "File name too long"),
        (PermissionError(errno.EACCES, "Permission denied", "x"), "repository-unreadable", "Permission denied"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk-full", "the grader's disk was full: OSError"),
        (RecursionError("maximum recursion depth exceeded"), "grading-failed", "which is not the student's fault"),
        (MemoryError(), "grading-failed", "MemoryError"),
        (KeyError("a bug (100 %)\n::error::x"), "grading-failed", "KeyError: 'a bug (100 % )\\n: :error::x'"),
        (GraderError("no sandbox to be had"), "cannot-grade-here", "cannot be graded here: no sandbox to be had"),
    ],
    ids=lambda one: one if isinstance(one, str) else type(one).__name__,
)
def test_an_exception_is_one_students_and_the_others_are_graded(
    fault: Exception, code: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, tried, results = grade(tmp_path, 4, {"e2": fault}, monkeypatch)
    assert ended == 6
    assert [who for who, _ in tried.turns] == ["e1", "e2", "e3", "e4"]
    assert [one.reason_code for one in results.values()] == ["fine", code, "fine", "fine"]
    reason = results["e2"].reason
    assert reason is not None
    assert said in reason.en
    assert "\n" not in reason.en + reason.fr
    assert len(reason.fr) > len("e2")


def test_the_victim_of_an_engine_comes_again_after_everyone_else_and_no_third_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engines = [f"unix:///{name}.sock" for name in "abcd"]
    ended, tried, results = grade(tmp_path, 12, {"e2": LOST}, monkeypatch, *engines)
    assert ended == 6
    turns = [who for who, _ in tried.turns]
    assert turns.count("e2") == 2
    assert turns[-1] == "e2"
    assert len({engine for who, engine in tried.turns if who == "e2"}) == 2, "the same engine, though it was lost"
    assert results["e2"].reason_code == "engine-lost"
    assert [one.reason_code for who, one in results.items() if who != "e2"] == ["fine"] * 11


def test_engines_that_are_gone_before_they_are_given_anything_are_no_try_of_a_student(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = [f"unix:///gone{number}.sock" for number in range(3)]
    faults = dict.fromkeys(gone, GONE)
    ended, _, results = grade(tmp_path, 3, faults, monkeypatch, *gone, "unix:///fine.sock")
    assert ended == 0
    assert {one.reason_code for one in results.values()} == {"fine"}


def test_who_no_engine_is_left_for_is_told_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended, _, results = grade(tmp_path, 3, {"e1": LOST}, monkeypatch)
    assert ended == 6
    assert [one.reason_code for one in results.values()] == ["engine-lost", "no-engine-left", "no-engine-left"]
    assert results["e3"].reason == Words(
        fr="il ne restait aucun moteur pour corriger ce dépôt", en="no engine was left for this repository"
    )


def test_an_engine_that_has_nothing_to_do_takes_over_whom_another_one_loses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It once had gone home by then, since nobody was waiting."""
    idle = threading.Event()

    def slowly_lost(asked: Asked, environ: Mapping[str, str]) -> Done:
        if asked.machine == "unix:///a.sock":
            idle.wait(1)
            raise LOST
        return Tried({})(asked, environ)

    monkeypatch.setattr(many, "grade_one", slowly_lost)
    students = [RosterStudent(id="e1", repo="x")]
    engines = ("unix:///a.sock", "unix:///b.sock")
    assert grade_everyone(students, batch(tmp_path, *engines), {}, lambda _who, _done: None) == 0
    assert read_result(tmp_path / "tp9" / "e1.json").reason_code == "fine"


def test_a_result_that_cannot_be_written_is_one_students(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tp9" / "e2.json").mkdir(parents=True)
    monkeypatch.setattr(many, "grade_one", Tried({}))
    codes: dict[str, int] = {}
    students = [RosterStudent(id=f"e{number}", repo="x") for number in (1, 2, 3)]
    assert grade_everyone(students, batch(tmp_path), {}, lambda who, one: codes.update({who.id: one.code})) == 6
    assert codes == {"e1": 0, "e2": 6, "e3": 0}
    assert "tp9 e2: no mark" in capsys.readouterr().err


def test_what_is_wrong_for_everyone_is_said_before_anyone_is_graded(tmp_path: Path) -> None:
    with pytest.raises(GraderError, match="at least 16"):
        grade_everyone([RosterStudent(id="e1")], batch(tmp_path), {"GRADER_SIGNING_KEY": "short"}, lambda _w, _d: None)
    (tmp_path / "file").write_text("")
    with pytest.raises(GraderError, match="cannot be written"):
        grade_everyone([RosterStudent(id="e1")], batch(tmp_path / "file"), {}, lambda _w, _d: None)


def folder_that_is_no_utf8(root: Path) -> str:
    (root / "\udcff").mkdir(parents=True)
    (root / "up.sh").write_text("true\n")
    (root / "\udcff" / "Dockerfile.\udcff\n::error::(100 %)").write_bytes(b"FROM evil.example:5000/x\n")
    return str(root)


def path_too_long_for_a_copy(root: Path) -> str:
    root.mkdir()
    here = os.open(root, os.O_RDONLY)
    for _ in range(16):
        os.mkdir("d" * 255, dir_fd=here)
        above, here = here, os.open("d" * 255, os.O_RDONLY, dir_fd=here)
        os.close(above)
    os.close(here)
    return str(root)


def folders_without_end(root: Path) -> str:
    root.mkdir()
    here = os.open(root, os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d", dir_fd=here)
        above, here = here, os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(above)
    os.close(here)
    return str(root)


def address_too_long(_: Path) -> str:
    return "é" * 300


def pipe(root: Path) -> str:
    root.mkdir()
    os.mkfifo(root / "compose.yaml")
    return str(root)


def head_that_is_no_name(root: Path) -> str:
    (root / ".git").mkdir(parents=True)
    (root / ".git" / "HEAD").write_text("ref: refs/" + "a" * 5000)
    (root / "compose.yaml").write_text(COMPOSE.replace("init: true", "privileged: true"))
    return str(root)


@pytest.mark.parametrize(
    "make",
    [
        folder_that_is_no_utf8, path_too_long_for_a_copy, folders_without_end, address_too_long, pipe,
        head_that_is_no_name,
    ],
)  # fmt: skip
def test_a_repository_that_cannot_be_copied_or_named_ends_nothing(make: Callable[[Path], str], tmp_path: Path) -> None:
    """For real, through `--resume` as well: each is read, or not, before any engine is asked."""
    students = [RosterStudent(id="e1", repo=make(tmp_path / "e1")), RosterStudent(id="e2", repo="nowhere")]
    engine = f"unix://{tmp_path}/gone.sock"
    try:
        for _ in range(2):
            assert grade_everyone(students, batch(tmp_path / "r", engine, engine), {}, lambda _w, _d: None) == 6
            for student in ("e1", "e2"):
                result = read_result(tmp_path / "r" / "tp9" / f"{student}.json")
                assert (result.status, result.mark) == ("not-graded", None)
                assert result.reason_code in {
                    "repository-refused", "repository-unreadable", "clone-refused", "grading-failed",
                    "engine-unreachable", "no-engine-left",
                }, result.reason  # fmt: skip
                assert (tmp_path / "r" / "tp9" / f"{student}.xml").stat().st_size
    finally:
        subprocess.run(["rm", "-rf", tmp_path / "e1"], check=True)
