"""A class graded: everyone's mark as if graded alone, whatever happens on the way."""

from __future__ import annotations

import fcntl
import json
import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.commands.batch.batch import batch, begin_batch, results_in, without_times
from tests.lab.process import ending

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.live

POINTS = {"reference": 20, "port-reversed": 8, "container-missing": 3, "mount-missing": 14, "index-default": 18}


def test_everyone_has_the_mark_of_their_own_work(
    roster: Callable[[int], Path], recorded: dict[str, Path], results: Path
) -> None:
    done = batch(roster(10), results)
    assert done.returncode == 0, done.stderr
    marks = [result.points for result in results_in(results).values()]
    assert marks == [POINTS[name] for name in recorded] * 2
    assert "graded 10 · no mark 0" in done.stdout
    cases = list(ET.parse(results / "tp2.xml").iter("testcase"))  # noqa: S314 - our own file
    assert len(cases) == 70
    assert {case.get("classname") for case in cases} == {f"tp2.e{number:05}" for number in range(10)}


def test_machines_out_of_reach_have_no_mark_and_no_zero(
    roster: Callable[[int], Path], results: Path, tmp_path: Path
) -> None:
    path = roster(5)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"lost,unix://{tmp_path}/nowhere.sock\n")
    done = batch(path, results, "--progress", "json")
    assert done.returncode == 6
    lost = results_in(results)["lost"]
    assert (lost.status, lost.points, lost.mark, lost.reason_code) == ("not-graded", None, None, "engine-absent")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[0] == {"event": "began", "to_grade": 6, "already_done": 0}
    assert lines[-1] == {"event": "ended", "graded": 5, "not_graded": 1, "not_tried": [], "is_the_room": False}


def test_machine_after_machine_out_of_reach_is_the_room(results: Path, tmp_path: Path) -> None:
    path = tmp_path / "class.csv"
    lines = [f"e{number},unix://{tmp_path}/{number}.sock" for number in range(40)]
    path.write_text("\n".join(["id,machine", *lines]), encoding="utf-8")
    done = batch(path, results, "--jobs", "4")
    assert done.returncode == 6
    assert "it is the room" in done.stderr
    assert 8 <= len(results_in(results)) < 40


def test_an_interrupted_batch_goes_on_where_it_stopped(roster: Callable[[int], Path], results: Path) -> None:
    path = roster(60)
    with ending(begin_batch(path, results, "--jobs", "2")) as running:
        wait_until(lambda: len(list((results / "tp2").glob("*.json"))) >= 5)
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 2
    before = {path.name: path.stat().st_mtime_ns for path in (results / "tp2").glob("*.json")}
    assert 5 <= len(before) < 60
    refused = batch(path, results)
    assert refused.returncode == 4
    assert "--resume" in refused.stderr
    assert batch(path, results, "--resume").returncode == 0
    after = {path.name: path.stat().st_mtime_ns for path in (results / "tp2").glob("*.json")}
    assert len(after) == 60
    assert before.items() <= after.items(), "what was done is not done again"


def test_a_result_whose_junit_was_not_written_any_more_gets_it_and_stays_as_it_is(
    roster: Callable[[int], Path], results: Path
) -> None:
    path = roster(2)
    assert batch(path, results).returncode == 0
    result = results / "tp2" / "e00001.json"
    junit = result.with_suffix(".xml")
    whole, written = junit.read_bytes(), result.stat().st_mtime_ns
    junit.unlink()
    assert batch(path, results, "--resume").returncode == 0
    assert junit.read_bytes() == whole
    assert result.stat().st_mtime_ns == written


def test_two_batches_into_one_folder_exclude_each_other(roster: Callable[[int], Path], results: Path) -> None:
    (results / "tp2").mkdir(parents=True)
    with (results / "tp2" / ".grader-lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = batch(roster(5), results)
    assert done.returncode == 4
    assert "another batch is writing there" in done.stderr
    assert not results_in(results)


def test_a_full_disk_keeps_what_is_done_and_can_be_resumed(roster: Callable[[int], Path], tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160k", "tmpfs", small], check=True)
    try:
        done = batch(roster(30), small / "results")
        assert done.returncode == 4, done.stderr
        assert "No space left on device" in done.stderr
        assert "--resume" in done.stderr
        kept = results_in(small / "results")
        assert 0 < len(kept) < 30
        subprocess.run(["mount", "-o", "remount,size=16m", small], check=True)
        assert batch(roster(30), small / "results", "--resume").returncode == 0
        assert len(results_in(small / "results")) == 30
    finally:
        subprocess.run(["umount", small], check=True)


def test_a_check_with_a_bug_costs_nobody_anything(roster: Callable[[int], Path], results: Path, tmp_path: Path) -> None:
    from tests.commands.batch.batch import TP2  # noqa: PLC0415

    broken = tmp_path / "exercises" / "tp2"
    shutil.copytree(TP2, broken, ignore=shutil.ignore_patterns("solutions"))
    suite = (broken / "test_1_nginx.py").read_text(encoding="utf-8")
    line = 'expect(machine.container("web")).to_be_detached()'
    (broken / "test_1_nginx.py").write_text(suite.replace(line, "machine.not_there"), encoding="utf-8")
    batch(roster(5), results, exercise=broken)
    for result in results_in(results).values():
        check = next(one for one in result.checks if one.id == "test_web_is_detached")
        assert check.verdict in {"error", "blocked"}
        assert result.status == "graded"
        assert "not_there" in " ".join(check.evidence) or check.verdict == "blocked"


def test_graded_in_a_crowd_or_alone_is_the_same(roster: Callable[[int], Path], results: Path, tmp_path: Path) -> None:
    path = roster(10)
    batch(path, results, "--jobs", "10")
    batch(path, tmp_path / "alone", "--jobs", "1")
    crowd = {name: without_times(result) for name, result in results_in(results).items()}
    alone = {name: without_times(result) for name, result in results_in(tmp_path / "alone").items()}
    assert crowd == alone


def wait_until(happened: Callable[[], bool], limit_s: float = 30) -> None:
    deadline = time.monotonic() + limit_s
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)
