"""Each module of `grader/checks` and `grader/probes` has a test file in the same place, and each test file a module."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("step", ["checks", "probes"])
def test_the_tests_mirror_the_modules_file_by_file(step: str) -> None:
    package, tests = ROOT / "grader" / step, ROOT / "tests" / step
    modules = {path.relative_to(package) for path in package.rglob("*.py") if path.name != "__init__.py"}
    tested = {path.relative_to(tests) for path in tests.rglob("test_*.py")}
    assert {path.with_name(path.name.removeprefix("test_")) for path in tested} == modules
