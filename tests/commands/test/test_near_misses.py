"""A typing mistake gives one sentence with what may be meant, in the reader's language, and exit code 4."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.student_shell import ROOT

GRADER = ("-c", "from grader.cli import main; main()")
PYTEST = ("-m", "pytest")
TP2 = (*PYTEST, "exercises/tp2")


def typed(*words: str, language: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, "GRADER_LANG": language, "DOCKER_HOST": "unix:///nowhere"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((*PYTEST, "exercises/tpp2"), "there is no exercise 'exercises/tpp2'; did you mean exercises/tp2?"),
        ((*PYTEST, "exercises/tp22"), "did you mean exercises/tp2?"),
        ((*PYTEST, "tp22"), "did you mean exercises/tp2?"),
        ((*PYTEST, "exercises/tp2/test_2.py"), "no check of tp2 has that name; `pytest exercises/tp2 --co -v`"),
        ((*TP2, "--machine", "ssh//pc"), "a machine is local, unix:///path"),
        ((*TP2, "--ports", "80-40"), "ports go from 1 to 65535, the lower one first"),
        ((*PYTEST, "exercises/tp4", "--ports", "41200"), "tp4 needs 3 ports, but 41200-41200 has 1"),
        ((*TP2, "--lang", "de"), "the language is fr or en"),
        ((*TP2, "--hints", "5"), "--hints is 1"),
        ((*TP2, "--hints", "two"), "--hints is 1"),
        ((*TP2, "--record"), "add --results DIR"),
        ((*TP2, "--passive", "--disposable"), "exclude each other"),
        ((*TP2, "--results", "README.md"), "the results cannot be written to README.md: Not a directory"),
        ((*TP2, "-n", "2"), "an exercise is graded in one process: leave out -n"),
        ((*TP2, "--dist=each", "--tx=popen"), "an exercise is graded in one process: leave out -n"),
        ((*PYTEST, "exercises/tp2::test_nothing"), "no check of tp2 has that name; `pytest exercises/tp2 --co -v`"),
        ((*GRADER, "start", "tpp2"), "did you mean tp2?"),
        ((*GRADER, "watch", "exercises/tpp2"), "did you mean exercises/tp2?"),
        ((*GRADER, "watch", "tp2", "--machine", "recording:x"), "there is nothing to watch"),
        ((*GRADER, "doctor", "tp4", "--ports", "41200-41201"), "tp4 needs 3 ports"),
        ((*GRADER, "rehearse", "exercises/tp2", "--only", "port-reverse"), "did you mean port-reversed?"),
        ((*GRADER, "rehearse", "exercises/tp2", "--shard", "7/6"), "2/6, the second of six"),
        ((*GRADER, "batsh"), "there is no command batsh; did you mean batch, watch? See "),
        ((*GRADER, "batch", "exercises/tp2", "--roster", "nowhere.csv", "--results", "x"), "nowhere.csv"),
        ((*GRADER, "batch", "exercises/tpp2", "--roster", "x", "--results", "x"), "did you mean exercises/tp2?"),
        (
            (*GRADER, "batch", "tp2", "--roster", "x", "--results", "x", "--passive", "--disposable"),
            "exclude each other",
        ),
        ((*GRADER, "batch", "tp2", "--roster", "x", "--results", "x", "--ssh-config", "x"), "--ssh-config: x: no such"),
        (
            (*GRADER, "batch", "tp2", "--roster", "x", "--results", "x", "--engines", "unix:///x", "--record"),
            "--record:",
        ),
        ((*GRADER, "report", "nowhere"), "nowhere: there are no results there"),
        ((*GRADER, "repo", ".", "--exercise", "tp6", "--results", "README.md"), "README.md is inside the graded"),
    ],
)
def test_one_sentence_says_what_may_be_meant(words: tuple[str, ...], sentence: str) -> None:
    done = typed(*words, language="en")
    assert done.returncode == 4, done.stdout + done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert len(done.stderr.split("\n\n")[0].splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            (*PYTEST, "exercises/tpp2"),
            "il n'y a pas d'exercice 'exercises/tpp2'\u00a0; voulais-tu dire exercises/tp2\u00a0?",
        ),
        ((*TP2, "--ports", "80-40"), "les ports vont de 1 à 65535"),
        ((*TP2, "--hints", "two"), "--hints vaut 1"),
        ((*TP2, "--lang", "de"), "la langue est fr ou en"),
        ((*TP2, "--machine", "pc12"), "voulais-tu dire ssh://pc12\u00a0?"),
        ((*GRADER, "start"), "il manque EXERCISE"),
        ((*GRADER, "doctor", "--prots", "1"), "il n'y a pas d'option --prots\u00a0; voulais-tu dire --ports\u00a0?"),
        ((*GRADER, "stert", "tp2"), "il n'y a pas de commande stert\u00a0; voulais-tu dire start\u00a0?"),
    ],
)
def test_a_french_student_is_told_in_french(words: tuple[str, ...], sentence: str) -> None:
    done = typed(*words, language="fr")
    assert done.returncode == 4, done.stdout + done.stderr
    assert sentence in done.stderr


def test_a_run_that_tries_nothing_is_no_success() -> None:
    assert typed(*TP2, "--setup-plan", language="en").returncode == 5


def test_a_choice_that_leaves_no_check_is_said() -> None:
    done = typed(*TP2, "-k", "nothing", language="en")
    assert done.returncode == 5
    assert "nothing to grade: no check was selected" in done.stdout
