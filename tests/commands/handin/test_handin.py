"""`grader handin` on a student's machine: the file says whose it is, and the school judges it again."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from grader.handin.handin_file import decode_handin
from grader.reports.result import read_result
from tests.commands.batch.batch import batch
from tests.handin.samples import moodle_zip
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.student_shell import StudentShell


def handin(environment: dict[str, str], *options: str, stdin: int = subprocess.DEVNULL) -> tuple[int, str]:
    """The exit code of `grader handin tp2`, and what it printed."""
    words = [sys.executable, "-c", "from grader.cli import main; main()", "handin", "tp2", "--lang", "en", *options]
    done = subprocess.run(
        words, cwd=ROOT, env=environment, stdin=stdin, capture_output=True, text=True, check=False, timeout=120
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("given", [(), ("--student", "  ")])
def test_without_a_student_and_a_terminal_one_sentence_asks_for_the_id(tmp_path: Path, given: tuple[str, ...]) -> None:
    """The account's name, such as `root` on every machine of a room, would be nobody's."""
    code, printed = handin({**os.environ, "USER": "root"}, *given, "--to", str(tmp_path / "file.zip"))
    sentence = "grader: say whose work this is: --student ID, with the id that your school knows you by"
    assert (code, printed.splitlines()) == (4, [sentence])
    assert not list(tmp_path.iterdir())


@pytest.mark.live
def test_the_id_is_asked_for_at_a_terminal_and_the_file_gets_its_mark(student: StudentShell, tmp_path: Path) -> None:
    student.do_tp2()
    file = tmp_path / "file.zip"
    teacher, terminal = pty.openpty()
    os.write(teacher, b"\n E1 \n")
    code, printed = handin(student.environment, "--code", "baleine", "--to", str(file), stdin=terminal)
    os.close(terminal)
    os.close(teacher)
    assert (code, printed.count("your id at school: ")) == (0, 2), printed
    assert decode_handin(file.read_bytes()).about.student == "E1"

    (tmp_path / "class.csv").write_text("id,name\ne1,Zoé Martin\ne2,Noël Petit\n", encoding="utf-8")
    files = {("Martin Zoé", 1): file.read_bytes()}
    zip_file = moodle_zip(tmp_path / "moodle.zip", files)
    done = batch(tmp_path / "class.csv", tmp_path / "results", "--from", str(zip_file), "--code", "baleine")
    assert (done.returncode, "grader:" in done.stderr) == (0, False), done.stderr
    assert read_result(tmp_path / "results" / "tp2" / "e1.json").points == 20
