"""Why two runs differ: each cause is found alone, and distinguished from the others."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest

from grader.commands.compare.comparison import compare
from grader.errors import GraderError
from grader.reports.result import read_result, write_result
from grader.scoring.suite import read_suite
from tests.commands.regrade.conftest import RecordedClass, recorded_class

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["recorded_class"]


def write_result_files(recorded: RecordedClass, student: str) -> Path:
    return recorded.results / "tp9" / f"{student}.json"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from grader.cli import main; main()", "compare", "--lang=en"]
    words = [*command, *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, env=dict(os.environ))


def test_two_runs_of_the_same_work_are_the_same(recorded_class: RecordedClass) -> None:
    recorded_class.grade("e1")
    done = run(write_result_files(recorded_class, "e1"), write_result_files(recorded_class, "e1"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["tp9 · e1: 20/20 → 20/20", "the same verdicts"]


def test_the_students_work_is_shown_by_the_recordings(recorded_class: RecordedClass) -> None:
    recorded_class.grade("e1", port=5000)
    monday = recorded_class.results.with_name("monday")
    recorded_class.results.rename(monday)
    recorded_class.grade("e1")
    done = run(monday / "tp9" / "e1.json", write_result_files(recorded_class, "e1"))
    assert done.returncode == 1
    assert "container web: ports: 5000->80/tcp → 4000->80/tcp" in done.stdout
    assert "test_web_is_published: failed [port-other] 0/15 → passed 15/15" in done.stdout
    assert "what differs: work" in done.stdout


def test_another_suite_is_the_cause_where_one_suite_gives_the_same(recorded_class: RecordedClass) -> None:
    recorded_class.grade("e1", port=5000)
    monday = recorded_class.results.with_name("monday")
    recorded_class.results.rename(monday)
    recorded_class.change("points=5, fr", "points=8, fr")
    recorded_class.change("points=15,", "points=12,")
    recorded_class.grade("e1", port=5000)
    paths = monday / "tp9" / "e1.json", write_result_files(recorded_class, "e1")
    assert "what differs: suite" in run(*paths).stdout
    done = run(*paths, f"--exercise={recorded_class.exercise}")
    assert "judged by the same suite, both give the same verdicts" in done.stdout
    comparison = compare(*paths, read_suite(recorded_class.exercise))
    assert (comparison.causes, comparison.is_same_with_one_suite) == (["suite"], True)


def test_another_suite_is_not_blamed_for_other_work(recorded_class: RecordedClass) -> None:
    recorded_class.grade("e1", port=5000)
    monday = recorded_class.results.with_name("monday")
    recorded_class.results.rename(monday)
    recorded_class.change('"it is published"', '"it is published there"')
    recorded_class.grade("e1")
    paths = monday / "tp9" / "e1.json", write_result_files(recorded_class, "e1")
    comparison = compare(*paths, read_suite(recorded_class.exercise))
    assert (comparison.causes, comparison.is_same_with_one_suite) == (["work"], False)
    assert "judged by the same suite, they still differ" in run(*paths, f"--exercise={recorded_class.exercise}").stdout


def test_ports_and_engine_are_told(recorded_class: RecordedClass) -> None:
    recorded_class.grade("e1")
    recorded_class.grade("e2")
    result = read_result(write_result_files(recorded_class, "e2"))
    machine = msgspec.structs.replace(result.machine, engine="Podman 4.3", api="1.41")
    first = result.checks[:1]
    sums = {"points": first[0].points, "max_points": first[0].max_points}
    changed = msgspec.structs.replace(result, machine=machine, ports="41200-41209", checks=first, **sums)
    write_result(changed, write_result_files(recorded_class, "e2"))
    done = run(write_result_files(recorded_class, "e1"), write_result_files(recorded_class, "e2"))
    assert "engine      Docker 26.1.5 API 1.45 → Podman 4.3 API 1.41" in done.stdout
    assert "ports       (nothing) → 41200-41209" in done.stdout
    assert "student     e1 → e2" in done.stdout
    assert "test_web_is_published: passed 15/15 → (nothing)" in done.stdout
    assert "what differs: student, engine, ports" in done.stdout


def test_without_recordings_the_work_is_only_guessed(recorded_class: RecordedClass) -> None:
    recorded_class.grade("e1")
    recorded_class.grade("e2", port=5000)
    for student in ("e1", "e2"):
        write_result_files(recorded_class, student).with_suffix(".recording").unlink()
    result = read_result(write_result_files(recorded_class, "e2"))
    write_result(msgspec.structs.replace(result, student=read_result(write_result_files(recorded_class, "e1")).student),
                 write_result_files(recorded_class, "e2"))  # fmt: skip
    done = run(write_result_files(recorded_class, "e1"), write_result_files(recorded_class, "e2"))
    assert "what differs: work" in done.stdout
    assert "without both recordings" in done.stdout


def test_what_is_no_result_is_refused(recorded_class: RecordedClass, tmp_path: Path) -> None:
    recorded_class.grade("e1")
    (tmp_path / "x.json").write_text("{}")
    for path in (tmp_path / "none.json", tmp_path / "x.json"):
        done = run(write_result_files(recorded_class, "e1"), path)
        assert done.returncode == 4
        assert str(path) in done.stderr


def test_two_exercises_are_not_compared(recorded_class: RecordedClass, tmp_path: Path) -> None:
    result = recorded_class.grade("e1")
    write_result(msgspec.structs.replace(result, exercise="tp8"), tmp_path / "e1.json")
    with pytest.raises(GraderError, match="expected two results of the same exercise"):
        compare(write_result_files(recorded_class, "e1"), tmp_path / "e1.json")
