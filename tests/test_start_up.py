"""What a start imports: a heavy module that only some runs need is imported by those."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.student_shell import ROOT

SCRIPT = """
import gc, sys
{code}
print("COLLECTS", gc.isenabled())
print("IMPORTED", *sorted(sys.modules))
"""
COMMAND_LINE = """
from grader.cli import main
sys.argv = ["grader", {words}]
try:
    main()
except SystemExit:
    pass
"""
GRADING = """
import pytest
pytest.main(["exercises/tp2", "--machine", "unix:///nowhere", "-p", "no:cacheprovider", "-p", "no:pytest11.testinfra"])
"""
FIRST_OF_A_CLASS = """
from pathlib import Path
from grader.grading.pool import grade_all
from grader.grading.request import GradingRequest
from grader.roster.machine_url import parse_machine_url
from grader.scoring.suite import read_suite
suite = read_suite(Path("exercises/tp2").resolve())
request = GradingRequest(exercise=suite.folder, machine=parse_machine_url("ssh://nowhere"))
events = grade_all(suite, [request, request], 2)
print(next(events))
"""
NEVER = {"jinja2", "openpyxl", "yaml", "distributed", "junit_xml", "testinfra", "stamina", "grader.grading.repository"}
ENGINE = {"docker", "requests"}


def imported(code: str) -> set[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(code=code)],
        cwd=ROOT, env=environ, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert "COLLECTS True" in done.stdout
    return set(done.stdout.partition("IMPORTED ")[2].split())


@pytest.mark.parametrize(
    ("code", "others"),
    [
        (COMMAND_LINE.format(words='"--help"'), NEVER | ENGINE | {"rich"}),
        (COMMAND_LINE.format(words='"--version"'), NEVER | ENGINE | {"rich"}),
        (COMMAND_LINE.format(words='"start", "tpp2"'), NEVER | ENGINE | {"rich"}),
        (GRADING, NEVER | {"rich", "click"}),
        ("import grader.commands.batch.command", NEVER | ENGINE | {"rich"}),
        (FIRST_OF_A_CLASS, NEVER | ENGINE | {"rich"}),
    ],
    ids=["help", "version", "start", "pytest", "batch", "first-of-a-class"],
)
def test_a_start_imports_only_what_it_needs(code: str, others: set[str]) -> None:
    assert imported(code) & others == set()


def test_the_engine_is_asked_with_the_docker_package() -> None:
    """The names in `ENGINE` are right: a misspelt one would never be found."""
    assert imported(GRADING) >= ENGINE
