"""Whatever a repository causes affects only that student's result. These tests need no engine."""

from __future__ import annotations

import errno
import os
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from grader.errors import GraderError, MachineUnreachable
from grader.grading import repositories as many
from grader.grading import store
from grader.grading.repository import Done
from grader.grading.run import not_graded
from grader.messages import Words
from grader.reports.result import read_result
from tests.grading.repository_class import Class
from tests.submission.repositories import COMPOSE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from grader.grading.request import GradingRequest
    from grader.reports.result import ResultFile
    from grader.scoring.suite import Suite

LOST = MachineUnreachable("engine-lost", where="unix:///e.sock", detail="x")
GONE = MachineUnreachable("engine-unreachable", where="unix:///e.sock", detail="x")


class FakeGrading:
    """Replaces the grading, which cannot be made to fail like this on demand; records who was tried on which engine."""

    def __init__(self, faults: Mapping[str, Exception]) -> None:
        self.faults = faults
        self.turns: list[tuple[str, str]] = []

    def __call__(self, suite: Suite, request: GradingRequest, _environ: Mapping[str, str]) -> Done:
        student, machine = request.student.id, str(request.machine)
        self.turns.append((student, machine))
        fault = self.faults.get(student) or self.faults.get(machine)
        if fault is not None:
            raise fault
        return Done(not_graded(suite, request, ("fine", Words(fr="x", en="x"))))


def grade(
    tmp_path: Path, students: int, faults: Mapping[str, Exception], monkeypatch: pytest.MonkeyPatch, *engines: str
) -> tuple[FakeGrading, dict[str, ResultFile]]:
    tried = FakeGrading(faults)
    monkeypatch.setattr(many, "grade_one", tried)
    roster = {f"e{number}": "x" for number in range(1, students + 1)}
    graded = Class(tmp_path, roster, engines or ("unix:///a.sock",))
    graded.run()
    assert sorted(graded.done) == sorted(roster)
    return tried, {one: read_result(tmp_path / "tp9" / f"{one}.json") for one in roster}


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
    tried, results = grade(tmp_path, 4, {"e2": fault}, monkeypatch)
    assert [who for who, _ in tried.turns] == ["e1", "e2", "e3", "e4"]
    assert [one.reason_code for one in results.values()] == ["fine", code, "fine", "fine"]
    reason = results["e2"].reason
    assert reason is not None
    assert said in reason["en"]
    assert "\n" not in reason["en"] + reason["fr"]
    assert len(reason["fr"]) > len("e2")


def test_the_victim_of_an_engine_comes_again_after_everyone_else_and_no_third_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engines = [f"unix:///{name}.sock" for name in "abcd"]
    tried, results = grade(tmp_path, 12, {"e2": LOST}, monkeypatch, *engines)
    turns = [who for who, _ in tried.turns]
    assert turns.count("e2") == 2
    assert "e2" in turns[-len(engines) :], "beside those that the other engines had begun"
    assert len({engine for who, engine in tried.turns if who == "e2"}) == 2, "the same engine, though it was lost"
    assert results["e2"].reason_code == "engine-lost"
    assert [one.reason_code for who, one in results.items() if who != "e2"] == ["fine"] * 11


def test_engines_that_are_gone_before_they_are_given_anything_are_no_try_of_a_student(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = [f"unix:///gone{number}.sock" for number in range(3)]
    faults = dict.fromkeys(gone, GONE)
    _, results = grade(tmp_path, 3, faults, monkeypatch, *gone, "unix:///fine.sock")
    assert {one.reason_code for one in results.values()} == {"fine"}


def test_who_no_engine_is_left_for_is_told_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, results = grade(tmp_path, 3, {"e1": LOST}, monkeypatch)
    assert [one.reason_code for one in results.values()] == ["engine-lost", "no-engine-left", "no-engine-left"]
    assert results["e3"].reason == Words(
        fr="il ne restait aucun moteur pour corriger ce dépôt", en="no engine was left for this repository"
    )


def test_an_engine_that_has_nothing_to_do_takes_over_whom_another_one_loses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its thread used to end by then, since nobody was waiting."""
    idle = threading.Event()

    def slowly_lost(suite: Suite, request: GradingRequest, environ: Mapping[str, str]) -> Done:
        if str(request.machine) == "unix:///a.sock":
            idle.wait(1)
            raise LOST
        return FakeGrading({})(suite, request, environ)

    monkeypatch.setattr(many, "grade_one", slowly_lost)
    Class(tmp_path, {"e1": "x"}, ("unix:///a.sock", "unix:///b.sock")).run()
    assert read_result(tmp_path / "tp9" / "e1.json").reason_code == "fine"


def test_a_result_that_cannot_be_written_is_one_students(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tp9" / "e2.json").mkdir(parents=True)
    monkeypatch.setattr(many, "grade_one", FakeGrading({}))
    graded = Class(tmp_path, {"e1": "x", "e2": "x", "e3": "x"})
    outcome = graded.run()
    assert graded.done == ["e1", "e2", "e3"]
    assert not outcome.everyone_graded
    assert [read_result(tmp_path / "tp9" / f"{who}.json").reason_code for who in ("e1", "e3")] == ["fine", "fine"]
    assert "e2.json: cannot be written: Is a directory" in capsys.readouterr().err


def test_a_disk_that_is_full_stops_the_class_and_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store, "store_result", full)
    with pytest.raises(GraderError, match="--resume"):
        grade(tmp_path, 3, {}, monkeypatch)


def test_what_is_done_is_not_graded_again_unless_it_has_no_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grade(tmp_path, 2, {}, monkeypatch)
    tried = FakeGrading({})
    monkeypatch.setattr(many, "grade_one", tried)
    roster = {"e1": "x", "e2": "x", "e3": "x"}
    with pytest.raises(GraderError, match="--resume"):
        Class(tmp_path, roster).run()
    Class(tmp_path, roster, resume=True).run()
    assert [who for who, _ in tried.turns] == ["e3"]
    Class(tmp_path, roster, retry=True).run()
    assert [who for who, _ in tried.turns] == ["e3", "e1", "e2", "e3"]


def test_what_is_wrong_for_everyone_is_said_before_anyone_is_graded(tmp_path: Path) -> None:
    with pytest.raises(GraderError, match="at least 16"):
        Class(tmp_path, {"e1": "x"}, environ={"GRADER_SIGNING_KEY": "short"}).run()
    (tmp_path / "file").write_text("")
    with pytest.raises(GraderError, match="cannot be written"):
        Class(tmp_path / "file", {"e1": "x"}).run()


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
    """For real, through `--retry-not-graded` as well: each is read, or not, before any engine is asked."""
    repositories = {"e1": make(tmp_path / "e1"), "e2": "nowhere"}
    engine = f"unix://{tmp_path}/gone.sock"
    try:
        for retry in (False, True):
            outcome = Class(tmp_path / "r", repositories, (engine, engine), retry=retry).run()
            assert not outcome.everyone_graded
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
