"""Files that are not what they should be: one sentence that names the file, and the documented exit code."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

GRADER = ("-c", "from grader.cli import main; main()")
KEY = {"GRADER_SIGNING_KEY": "0123456789abcdef", "GRADER_LANG": "en"}
DEEP = '{"format": "grader-result/1", "x": ' + "[" * 100_000 + "]" * 100_000 + "}"


def grader(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=ROOT,
        env=KEY,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def is_one_sentence(done: subprocess.CompletedProcess[str], code: int, sentence: str) -> None:
    assert done.returncode == code, done.stdout + done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "INTERNALERROR" not in done.stdout + done.stderr


@pytest.mark.parametrize("content", [b'{"format": "grader-result/1", "exercise": "\xff"}', DEEP.encode(), b"", b"\0"])
def test_what_is_no_result_is_left_out_by_name(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "tp2").mkdir()
    (tmp_path / "tp2" / "e1.json").write_bytes(content)
    done = grader(*GRADER, "report", tmp_path)
    is_one_sentence(done, 4, "e1.json: not a result, skipped")
    is_one_sentence(
        grader(*GRADER, "compare", *[tmp_path / "tp2" / "e1.json"] * 2), 4, "not a result (grader-result/1)"
    )


@pytest.mark.parametrize("verb", ["sign", "verify"])
def test_there_is_nothing_to_sign_in_what_is_no_folder_of_results(verb: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    is_one_sentence(grader(*GRADER, verb, tmp_path / "nowhere"), 4, "nowhere: there is no such folder of results")
    of_a_file = {"sign": "file: there is no such folder of results", "verify": "--public-key"}  # a file is a receipt
    is_one_sentence(grader(*GRADER, verb, tmp_path / "file"), 4, of_a_file[verb])
    is_one_sentence(grader(*GRADER, verb, tmp_path / "empty"), 4, "empty: there are no results there")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["empty", "file"]


def test_a_signature_is_no_spoilt_result_and_a_worksheet_is_named(tmp_path: Path) -> None:
    grader("-m", "pytest", "exercises/tp2", "--machine=unix:///nowhere", "--student=e1", f"--results={tmp_path}")
    assert grader(*GRADER, "sign", tmp_path).returncode == 0
    done = grader(*GRADER, "report", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    (tmp_path / "notes.csv").write_bytes(b"\x00\xff")
    for kind in ("moodle", "scodoc"):
        done = grader(*GRADER, "report", tmp_path, "--exercise", "tp2", f"--{kind}", tmp_path / "notes.csv")
        is_one_sentence(done, 4, f"grader: {tmp_path}/notes.csv: ")


def test_a_spec_in_another_encoding_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "tp2"
    shutil.copytree(ROOT / "exercises" / "tp2", folder, ignore=shutil.ignore_patterns("solutions", "__pycache__"))
    spec = folder / "exercise.toml"
    spec.write_bytes("# café\n".encode("latin-1") + spec.read_bytes())
    for words in (("-m", "pytest", folder), (*GRADER, "watch", folder)):
        is_one_sentence(grader(*words), 4, "exercise.toml: not UTF-8 text (invalid continuation byte, byte 5)")


def test_a_name_in_another_encoding_does_not_lose_the_result(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "exercises/tp2", "--machine=unix:///nowhere", f"--results={tmp_path}"),
            *(b"--student=e1", b"--student-name=Zo\xe9"),
        ],
        cwd=ROOT,
        env=KEY,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 6, done.stdout + done.stderr
    assert json.loads((tmp_path / "tp2" / "e1.json").read_bytes())["student"] == {"id": "e1", "name": "Zo?"}


def test_of_several_exercises_each_mark_says_whose_it_is() -> None:
    done = grader("-m", "pytest", "exercises/tp1", "exercises/tp2", "--machine=unix:///nowhere")
    assert done.returncode == 6
    assert [line.partition(" · ")[0] for line in done.stdout.splitlines() if "no mark:" in line] == ["TP1", "TP2"]


def test_an_engine_that_is_not_there_is_no_error_of_the_suite() -> None:
    done = grader(*GRADER, "rehearse", "exercises/tp2", "--machine", "unix:///nowhere")
    is_one_sentence(done, 6, "the Docker machine cannot be reached (unix:///nowhere)")


def test_results_are_compared_by_the_suite_of_their_own_exercise(tmp_path: Path) -> None:
    done = grader("-m", "pytest", "exercises/tp2", "--machine=unix:///nowhere", "--student=e1", f"--results={tmp_path}")
    assert done.returncode == 6
    result = tmp_path / "tp2" / "e1.json"
    is_one_sentence(
        grader(*GRADER, "compare", result, result, "--exercise", "tp3"), 4, "cannot be judged by the suite of tp3"
    )


def test_exercises_that_only_the_teacher_may_write_to_are_graded() -> None:
    """As for a student whose school keeps them in `/opt`: pytest cannot write its cache."""
    words = ("-m", "pytest", "-o", "cache_dir=/proc/nowhere", "exercises/tp2", "--machine=unix:///nowhere")
    is_one_sentence(grader(*words), 6, "")
