"""What is mistyped gets one sentence with what may be meant, and exit code 4."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.desk import ROOT

GRADER = ("-c", "from grader.cli import main; main()")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("-m", "pytest", "exercises/tpp2"), "there is no exercise 'tpp2'; did you mean exercises/tp2?"),
        (("-m", "pytest", "exercises/tp2", "--machine", "ssh//pc"), "a machine is local, unix:///path"),
        (("-m", "pytest", "exercises/tp2", "--ports", "80-40"), "ports go from 1 to 65535, the lower first"),
        (("-m", "pytest", "exercises/tp2", "--lang", "de"), "the language is fr or en"),
        (("-m", "pytest", "exercises/tp2", "--hints", "5"), "--hints is 1"),
        (("-m", "pytest", "exercises/tp2", "--record"), "add --results DIR"),
        (("-m", "pytest", "exercises/tp2", "--passive", "--disposable"), "exclude each other"),
        ((*GRADER, "start", "tpp2"), "did you mean tp2?"),
        ((*GRADER, "rehearse", "exercises/tp2", "--only", "port-reverse"), "did you mean port-reversed?"),
        ((*GRADER, "batsh"), "No such command 'batsh'"),
        ((*GRADER, "batch", "exercises/tp2", "--roster", "nowhere.csv", "--results", "x"), "nowhere.csv"),
        ((*GRADER, "report", "nowhere"), "nowhere: no results there"),
    ],
)
def test_one_sentence_says_what_may_be_meant(words: tuple[str, ...], sentence: str) -> None:
    done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 4, done.stdout + done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
