"""`make matrix`, with a few solutions: every engine, reached in every way, gives the same verdicts."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.student_shell import ROOT

SOLUTIONS = ("reference", "port-taken", "not-served")
"""Those on which engines differ most."""


def test_the_readme_shows_the_table_for_as_many_solutions_as_there_are() -> None:
    count = len(list((ROOT / "exercises" / "tp2" / "solutions").glob("**/up.sh")))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(re.findall(rf" {count} of {count} ", readme)) == 9


@pytest.mark.live
def test_three_engines_and_three_ways_come_to_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.lab.matrix", "--solutions", *SOLUTIONS],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    for engine in ("Docker 20.10", "Docker 26.1", "Podman 4.3"):
        assert engine in done.stdout
    assert "9 of 9 the same" in done.stdout
