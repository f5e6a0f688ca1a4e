"""The live slice of `make test`: the main job, and each reference once. Transports: `machine/test_transports.py`."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.lab import wipe
from tests.lab.image_catalog import COURSE_IMAGES
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.lab import Engine
    from tests.student_shell import StudentShell

pytestmark = [pytest.mark.live, pytest.mark.smoke]

EXERCISES = sorted(spec.parent.name for spec in (ROOT / "exercises").glob("tp*/exercise.toml"))


def test_a_student_grades_a_right_answer_and_then_a_wrong_one(student: StudentShell, tmp_path: Path) -> None:
    student.do_tp2()
    right = student.run_pytest("--lang=en", "--student=e1", f"--results={tmp_path / 'results'}")
    assert right.returncode == 0, right.stdout
    assert "20/20" in right.stdout
    assert student.result_of(tmp_path / "results", "e1").mark == 20

    student.run_shell("docker rm -f web hello")
    student.do_tp2("docker run -d --name web -p 80:4000 -v ~/Docker/site:/usr/share/nginx/html nginx")
    wrong = student.run_pytest("--lang=en", "--student=e1", f"--results={tmp_path / 'results'}")
    assert wrong.returncode == 1, wrong.stdout
    codes = [check.diagnosis.code for check in student.result_of(tmp_path / "results", "e1").checks if check.diagnosis]
    assert codes[0] == "port-reversed"


@pytest.mark.parametrize("exercise", EXERCISES)
def test_each_reference_has_full_marks(exercise: str, engine: Engine, images: Callable[..., None]) -> None:
    images(*COURSE_IMAGES)
    wipe(engine)
    words = ["rehearse", f"exercises/{exercise}", "--only", "reference", "--machine", engine.url]
    done = subprocess.run(
        [sys.executable, "-c", "from grader.cli import main; main()", *words],
        cwd=ROOT,
        env=os.environ | engine.env() | {"GRADER_LANG": "en"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all as expected" in done.stdout
