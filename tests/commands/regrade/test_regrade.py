"""Regraded recordings: only changes are shown, and written results contain the reason."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from grader.commands.regrade.regrade import regrade
from grader.reports.signature import FileStatus, sign, verify
from grader.scoring.suite import read_suite

if TYPE_CHECKING:
    from pathlib import Path

    from tests.commands.regrade.conftest import RecordedClass

STRICTER = ("points=5, fr", "points=8, fr"), ("points=15,", "points=12,")
KEY = "a key of the school's own"


def run(recorded: RecordedClass, *options: str, key: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from grader.cli import main; main()", "regrade", str(recorded.results)]
    environment = {name: value for name, value in os.environ.items() if name != "GRADER_SIGNING_KEY"}
    return subprocess.run(
        [*command, f"--exercise={recorded.exercise}", "--lang=en", *options],
        env=environment | ({"GRADER_SIGNING_KEY": key} if key else {}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def changed(recorded: RecordedClass) -> None:
    for old, new in STRICTER:
        recorded.change(old, new)


def test_with_the_same_suite_nothing_changes(recorded_class: RecordedClass) -> None:
    recorded_class.grade("e1")
    recorded_class.grade("e2", port=5000)
    done = run(recorded_class)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "no verdict changes"
    assert "2 recordings judged again" in done.stdout
    assert "e1" not in done.stdout


def test_only_the_students_who_change_are_listed_with_their_checks(recorded_class: RecordedClass) -> None:
    recorded_class.grade("e1")
    recorded_class.grade("e2", port=5000)
    changed(recorded_class)
    done = run(recorded_class)
    assert "e2 Zoé: 5/20 → 8/20" in done.stdout
    assert "    test_web_is_there: passed 5/5 → passed 8/8" in done.stdout
    assert "    test_web_is_published: failed [port-other] 0/15 → failed [port-other] 0/12" in done.stdout
    assert "2 students change, 1 of them in their mark (1 up, 0 down)" in done.stdout
    assert '--write --reason "…"' in done.stdout
    assert recorded_class.result("e2").mark == 5, "nothing is written unless it is asked for"


def test_what_is_written_keeps_the_reason_and_what_was_before(recorded_class: RecordedClass) -> None:
    before = recorded_class.grade("e2", port=5000)
    changed(recorded_class)
    done = run(recorded_class, "--write", "--reason", "  the port\x1b counts less ")
    assert done.returncode == 0, done.stderr
    now = recorded_class.result("e2")
    assert (now.mark, now.points) == (8, 8)
    assert [one.reason for one in now.regraded] == ["the port\\x1b counts less"]
    assert (now.regraded[0].mark_before, now.regraded[0].suite_before) == (5, before.suite.sha256)
    assert now.regraded[0].grader_before == "2025.1"
    assert now.suite != before.suite
    assert (now.student, now.machine, now.started_at) == (before.student, before.machine, before.started_at)
    xml = ET.parse(recorded_class.results / "tp9" / "e2.xml").getroot()  # noqa: S314 - the grader's own
    assert "8/8" in "".join(xml.itertext()) or "0/12" in "".join(xml.itertext())
    assert run(recorded_class).stdout.splitlines()[-1] == "no verdict changes"


def test_each_regrade_is_kept(recorded_class: RecordedClass) -> None:
    recorded_class.grade("e2", port=5000)
    changed(recorded_class)
    run(recorded_class, "--write", "--reason", "first")
    recorded_class.change("points=8, fr", "points=10, fr")
    recorded_class.change("points=12,", "points=10,")
    run(recorded_class, "--write", "--reason", "second")
    assert [(one.reason, one.mark_before) for one in recorded_class.result("e2").regraded] == [
        ("first", 5),
        ("second", 8),
    ]


def test_writing_wants_a_reason(recorded_class: RecordedClass) -> None:
    recorded_class.grade("e1")
    done = run(recorded_class, "--write")
    assert done.returncode == 4
    assert "--reason" in done.stderr


def test_a_check_that_the_recording_does_not_answer_costs_nobody_a_point(recorded_class: RecordedClass) -> None:
    recorded_class.grade("e1")
    recorded_class.change(
        '    expect(machine.container("web")).to_exist()',
        "    expect(machine.container(\"web\")).to_exist()\n    machine.engine('/containers/web/top')",
    )
    done = run(recorded_class, "--write", "--reason", "x")
    assert done.returncode == 6
    assert "e1 Zoé: not judged again: the recording does not answer test_web_is_there" in done.stdout
    assert recorded_class.result("e1").mark == 20
    assert recorded_class.result("e1").regraded == []


def test_a_recording_that_cannot_be_read_is_named_and_the_others_are_judged(recorded_class: RecordedClass) -> None:
    recorded_class.grade("e1")
    broken = recorded_class.results / "tp9" / "e0.recording"
    broken.write_bytes(b"grader-recording/1\nnot whole")
    done = run(recorded_class)
    assert done.returncode == 6
    assert str(broken) in done.stdout
    assert "1 recordings judged again" in done.stdout


def test_a_recording_without_a_result_is_new(recorded_class: RecordedClass) -> None:
    recorded_class.grade("e1")
    (recorded_class.results / "tp9" / "e1.json").unlink()
    assert "e1: (new) → 20/20" in run(recorded_class).stdout
    run(recorded_class, "--write", "--reason", "the result was lost")
    assert recorded_class.result("e1").mark == 20


def test_a_result_that_is_none_is_not_written_over(recorded_class: RecordedClass) -> None:
    recorded_class.grade("e1")
    path = recorded_class.results / "tp9" / "e1.json"
    path.write_text("{}")
    done = run(recorded_class, "--write", "--reason", "x")
    assert done.returncode == 4
    assert "not a result" in done.stderr
    assert path.read_text() == "{}"


def test_recordings_of_another_exercise_are_passed_over(recorded_class: RecordedClass) -> None:
    recorded_class.grade("e1")
    other = recorded_class.exercise.with_name("tp8")
    shutil.copytree(recorded_class.exercise, other)
    done = subprocess.run(
        [sys.executable, "-c", "from grader.cli import main; main()", "regrade", recorded_class.results,
         f"--exercise={other}", "--lang=en"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 5
    assert "no recording of tp8" in done.stdout


def test_a_folder_that_is_not_there_is_refused(recorded_class: RecordedClass) -> None:
    done = run(recorded_class)
    assert done.returncode == 4
    assert "is not a folder" in done.stderr


def test_signed_results_are_signed_again_or_not_written(recorded_class: RecordedClass) -> None:
    recorded_class.grade("e2", port=5000)
    changed(recorded_class)
    files = [recorded_class.results / "tp9" / name for name in ("e2.json", "e2.xml", "e2.recording")]
    sign(recorded_class.results, KEY.encode(), files)
    refused = run(recorded_class, "--write", "--reason", "x")
    assert refused.returncode == 4
    assert "GRADER_SIGNING_KEY" in refused.stderr
    assert recorded_class.result("e2").mark == 5
    assert run(recorded_class, "--write", "--reason", "x", key=KEY).returncode == 0
    assert recorded_class.result("e2").mark == 8
    assert set(verify(recorded_class.results, KEY.encode()).values()) == {FileStatus.SIGNED}


def test_a_thousand_recordings_take_seconds(recorded_class: RecordedClass, tmp_path: Path) -> None:
    """Processor time, since other tests may keep the machine busy; `make bench` measures it by the clock."""
    recorded_class.grade("e0")
    folder = recorded_class.results / "tp9"
    for number in range(1, 1000):
        for suffix in (".json", ".recording"):
            shutil.copy(folder / f"e0{suffix}", folder / f"e{number}{suffix}")
    suite = read_suite(recorded_class.exercise)
    began = time.process_time()
    done = regrade(recorded_class.results, suite)
    assert time.process_time() - began < 10
    assert (done.judged, done.changed, done.incomplete, done.unreadable) == (1000, [], [], [])


@pytest.mark.parametrize("language", ["fr", "en"])
def test_it_speaks_both_languages(recorded_class: RecordedClass, language: str) -> None:
    recorded_class.grade("e2", port=5000)
    changed(recorded_class)
    said = run(recorded_class, f"--lang={language}").stdout
    assert ("étudiants changent" in said) == (language == "fr")
    assert ("students change" in said) == (language == "en")
