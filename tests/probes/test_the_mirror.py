"""Every module of `grader/probes` has a file of tests of its own here."""

from __future__ import annotations

from pathlib import Path

import grader.probes

TESTS = Path(__file__).parent
PACKAGE = Path(grader.probes.__file__).parent


def test_every_probe_has_its_file_of_tests_and_no_file_is_left_over() -> None:
    modules = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    tested = {path.stem.removeprefix("test_") for path in TESTS.glob("test_*.py")} - {"the_mirror"}
    assert tested == modules
