"""Each module of `grader/checks` has a test file of its own, and each test file a module."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_tests_of_the_checks_mirror_them_file_by_file() -> None:
    modules = {path.stem for path in (ROOT / "grader" / "checks").glob("*.py")} - {"__init__"}
    tested = {path.stem.removeprefix("test_") for path in (ROOT / "tests" / "checks").glob("test_*.py")}
    assert tested == modules
