"""A repository that cannot be cloned has a result without a mark; a mistyped address has none."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from grader.reports.result import read_result
from tests.submission.repositories import EXERCISE

if TYPE_CHECKING:
    from pathlib import Path


def grade(repository: str, folder: Path, language: str = "en") -> subprocess.CompletedProcess[str]:
    """No engine is there: it is not contacted before the repository is."""
    options = ["--exercise", str(EXERCISE), "--results", "out", "--machine", "unix:///no/such.sock", "--student", "e1"]
    return subprocess.run(
        [sys.executable, "-c", "from grader.cli import main; main()", "repo", repository, *options],
        cwd=folder,
        env=os.environ | {"GRADER_LANG": language},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("repository", "why"),
    [("https://127.0.0.1:1/nothing.git", "Failed to connect"), ("ssh://git@127.0.0.1:1/nothing.git", "")],
    ids=["http", "ssh"],
)
def test_a_server_that_cannot_be_reached_is_not_the_students_fault(repository: str, why: str, tmp_path: Path) -> None:
    done = grade(repository, tmp_path)
    assert done.returncode == 6, done.stdout + done.stderr
    result = read_result(tmp_path / "out/tp9/e1.json")
    assert (result.status, result.mark, result.reason_code) == ("not-graded", None, "clone-refused")
    assert result.reason
    assert "cannot be cloned" in result.reason["en"]
    assert "impossible de cloner" in result.reason["fr"]
    assert why in result.reason["en"]
    assert (tmp_path / "out/tp9/e1.xml").is_file()
    assert "no mark" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize("repository", ["htps://git.example.org/x.git", "no/such/folder", "ext::sh -c id"])
def test_a_mistyped_address_is_said_and_nobody_has_a_result(repository: str, tmp_path: Path) -> None:
    for language, words in (
        ("en", "neither a folder here nor an address"),
        ("fr", "ni un dossier d'ici, ni une adresse"),
    ):
        done = grade(repository, tmp_path, language)
        assert done.returncode == 4, done.stdout + done.stderr
        assert words in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.glob("out/**/*.json"))
