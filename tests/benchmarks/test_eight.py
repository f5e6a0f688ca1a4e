"""The benchmark's eight questions: both suites ask the same, and tp2's reference passes all of them."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import benchmarks
from benchmarks.lab_class import _QUESTIONS
from grader.scoring.suite import read_suite
from tests.student_shell import verdicts_by_check

if TYPE_CHECKING:
    from tests.student_shell import StudentShell

HERE = Path(benchmarks.__file__).parent


def test_both_sides_ask_the_same() -> None:
    stock = ast.parse((HERE / "stock" / "test_eight.py").read_text(encoding="utf-8"))
    theirs = [one.name for one in stock.body if isinstance(one, ast.FunctionDef)]
    assert [spec.name for spec in read_suite(HERE / "eight").check_specs] == theirs
    assert len(theirs) == _QUESTIONS


@pytest.mark.live
def test_the_reference_answers_all_eight_though_hello_has_ended(student: StudentShell) -> None:
    student.do_tp2()
    assert student.engine.docker("inspect", "--format", "{{.State.Status}}", "hello").stdout.strip() == "exited"
    student.exercise = HERE / "eight"
    assert list(verdicts_by_check(student.grade()).values()) == ["passed"] * _QUESTIONS
