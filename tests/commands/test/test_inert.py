"""In other projects the installed plugin does nothing, and imports nothing heavy."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = {
    "docker",
    "requests",
    "msgspec",
    "testinfra",
    "rich",
    "click",
    "junit_xml",
    "grader.commands.test.hooks",
    "grader.grading.request",
    "grader.settings",
}


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:pytest11.testinfra", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def test_nothing_heavy_is_imported_and_nothing_is_printed(tmp_path: Path) -> None:
    (tmp_path / "test_theirs.py").write_text(
        f"import sys\ndef test_loaded():\n    assert 'grader.plugin' in sys.modules\n"
        f"    assert not {HEAVY!r} & set(sys.modules)\n",
        encoding="utf-8",
    )
    with_plugin, without = run(tmp_path, "-q"), run(tmp_path, "-q", "-p", "no:grader", "-k", "nothing")
    assert with_plugin.returncode == 0, with_plugin.stdout
    assert "1 passed" in with_plugin.stdout
    assert "grader" not in with_plugin.stdout
    assert without.returncode == 5


def test_testinfra_is_left_to_those_who_use_it(tmp_path: Path) -> None:
    """Its plugin has an option of the same name as ours: together they must not stop anyone's pytest."""
    (tmp_path / "test_theirs.py").write_text("def test_it(host):\n    assert host\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--ssh-config", "theirs"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_exercise_is_graded_beside_testinfra(tmp_path: Path) -> None:
    """In a school's own repository nothing switches testinfra's plugin off."""
    shutil.copytree(ROOT / "exercises/tp2", tmp_path / "exercises/tp2", ignore=shutil.ignore_patterns("solutions"))
    options = ["-p", "no:cacheprovider", "--machine", "unix:///nowhere", "--ssh-config", "x", "--lang", "en"]
    command = [sys.executable, "-m", "pytest", "exercises/tp2", *options]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 6, done.stdout + done.stderr
    assert "no mark" in done.stdout


def test_their_own_fixture_named_machine_is_theirs(tmp_path: Path) -> None:
    (tmp_path / "test_theirs.py").write_text(
        "import pytest\n@pytest.fixture\ndef machine():\n    return 42\n"
        "def test_it(machine):\n    assert machine == 42\n",
        encoding="utf-8",
    )
    assert run(tmp_path).returncode == 0


def test_a_folder_of_exercises_is_not_graded_unless_it_is_named(tmp_path: Path) -> None:
    exercise = tmp_path / "exercises" / "tp9"
    exercise.mkdir(parents=True)
    (exercise / "exercise.toml").write_text("this is not even read", encoding="utf-8")
    (exercise / "test_9.py").write_text("raise RuntimeError('imported')", encoding="utf-8")
    (tmp_path / "test_theirs.py").write_text("def test_it():\n    pass\n", encoding="utf-8")
    assert run(tmp_path).returncode == 0
    assert run(tmp_path, ".").returncode == 0
    assert run(tmp_path, "exercises/tp9").returncode == 4
