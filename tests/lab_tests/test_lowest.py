"""The lowest versions are tried on the oldest Python and on the newest one that starts."""

from __future__ import annotations

import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab.lowest_versions import installed_pythons, main, oldest_and_newest
from tests.student_shell import ROOT

if TYPE_CHECKING:
    import pytest

THIS = sys.version_info[:2]


def python(folder: Path, name: str, says: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{says}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


def test_pythons_on_path_and_of_pyenv_are_found_and_one_that_does_not_start_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python(tmp_path / "bin", "python3.98", "echo 3 98")
    python(tmp_path / "bin", "python3.99", "echo 'pyenv: python3.99: command not found' >&2; exit 127")
    python(tmp_path / "bin", "python3.9", "echo 3 9")
    python(tmp_path / "bin", "python3.97-config", "echo 3 97")
    python(tmp_path / "pyenv" / "versions" / "3.96.1" / "bin", "python3.96", "echo 3 96")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    assert set(installed_pythons()) == {THIS, (3, 96), (3, 98)}
    assert list(oldest_and_newest(installed_pythons())) == [THIS, (3, 98)]


def test_one_python_is_both_the_oldest_and_the_newest() -> None:
    assert oldest_and_newest({(3, 11): Path("a")}) == {(3, 11): Path("a")}
    assert oldest_and_newest({}) == {}


def test_a_python_that_is_not_at_hand_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["lowest", "3.95"])
    assert main() == 1
    assert capsys.readouterr().err == "lowest: no Python 3.95 was found\n"


def test_every_dependency_has_a_lower_bound() -> None:
    """Without one, the lowest version is the very first, which nobody has tried."""
    import tomllib  # noqa: PLC0415

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = [*project["project"]["dependencies"], *chain(*project["project"]["optional-dependencies"].values())]
    assert not [one for one in named if ">=" not in one and "==" not in one]
