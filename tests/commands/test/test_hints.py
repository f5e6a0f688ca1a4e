"""`--hints` on the screen and in the reports: 1 says where to look and nothing else, 3 labels what to read."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from grader.machine.recording.format import encode_recording
from grader.messages import say
from grader.reports.html.student_page import student_page
from grader.reports.result import read_result
from tests.replays.replay import to_recording
from tests.replays.stored_recording import read_stored
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

VALUES = {"name": "web", "wanted": "4000", "inside": "80", "published": "80->4000/tcp"}


def graded(folder: Path, level: str, *options: str, language: str = "en") -> str:
    """What the screen shows of a student whose ports are reversed; the reports are in `folder`."""
    recording = folder / "reversed.recording"
    recording.write_bytes(encode_recording(to_recording(read_stored("tp2/wrong/port-reversed"))))
    typed = [sys.executable, "-m", "pytest", "exercises/tp2", "--machine", f"recording:{recording}", "--hints", level]
    typed += ["--lang", language, "--student", "anna", "--results", str(folder), *options]
    done = subprocess.run(typed, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1, done.stdout + done.stderr
    return " ".join(done.stdout.split())


def told(field: str, language: str = "en") -> str:
    return " ".join(say("port-reversed", field, VALUES, language).split())  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("options", [(), ("-v",)], ids=["plain", "verbose"])
def test_level_1_says_where_to_look_and_nothing_else(tmp_path: Path, language: str, options: tuple[str, ...]) -> None:
    screen = graded(tmp_path, "1", *options, language=language)
    assert told("look", language) in screen
    for word in ("80->4000", "port-reversed", told("wrong", language), told("expected", language)):
        assert word not in screen


def test_level_1_says_nothing_else_in_the_reports_for_students(tmp_path: Path) -> None:
    graded(tmp_path, "1")
    result = read_result(tmp_path / "tp2" / "anna.json")
    pages = [(tmp_path / "tp2" / "anna.xml").read_text(encoding="utf-8"), student_page(result, "en")]
    for page in pages:
        assert "reads machine -" in page
        assert [word for word in ("80->4000", "port-reversed", "HostPort", told("wrong")) if word in page] == []
    (failed,) = (check for check in result.checks if check.verdict == "failed")
    assert failed.diagnosis
    assert failed.diagnosis.code == "port-reversed"
    assert failed.evidence


def test_level_2_also_says_what_is_wrong(tmp_path: Path) -> None:
    screen = graded(tmp_path, "2")
    for field in ("expected", "seen", "wrong", "look"):
        assert told(field) in screen
    assert told("read") not in screen


@pytest.mark.parametrize(("language", "label"), [("fr", "à lire : "), ("en", "read: ")])
def test_level_3_labels_what_to_read(tmp_path: Path, language: str, label: str) -> None:
    assert f"{label}{told('read', language)}" in graded(tmp_path, "3", language=language)
