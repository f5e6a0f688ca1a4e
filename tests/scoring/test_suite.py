"""A suite is what its files say now."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from grader.scoring.suite import read_suite
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_change_of_the_same_size_within_the_same_second_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one that a container image brings along, whose files all have the same time."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    folder = tmp_path / "tp2"
    shutil.copytree(ROOT / "exercises" / "tp2", folder, ignore=shutil.ignore_patterns("__pycache__", "solutions"))
    before = read_suite(folder).check_specs[0]
    file = folder / "test_1_nginx.py"
    at = file.stat().st_mtime_ns
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("the container `web` runs", "the container `web` walk"), encoding="utf-8")
    os.utime(file, ns=(at, at))
    after = read_suite(folder).check_specs[0].title["en"]
    assert after == before.title["en"].replace("runs", "walk") != before.title["en"]
