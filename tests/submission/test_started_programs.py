"""No program is started outside the sandbox with a student's folder as its directory or argument."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pytest

from tests.lab.image_catalog import COURSE_IMAGES
from tests.student_shell import ROOT
from tests.submission.started_programs import StartedProgram, programs_in_trace, traced_command

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.submission.repositories import RepositoryBench

EXERCISES = [f"tp{number}" for number in range(1, 9)]
LIMIT_S = 280


def started_with_repository(found: list[StartedProgram], repository: Path) -> list[StartedProgram]:
    """Programs outside that run in a student's folder (pushed, copied or frozen), or have one as an argument."""
    folders = re.compile(rf"{re.escape(str(repository))}\b|/grader-[^/\" ]*/(workspace|frozen|home)\b")
    return [one for one in found if not one.in_sandbox and folders.search(f"{one.folder} {one.arguments}")]


def trace(command: list[str], folder: Path, cwd: Path, env: dict[str, str] | None = None) -> list[StartedProgram]:
    log = folder / "strace.log"
    done = subprocess.run(
        traced_command(command, log), cwd=cwd, env=env, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    assert done.returncode in {0, 1}, f"{done.stdout}{done.stderr}"
    return programs_in_trace(log.read_text(errors="replace").splitlines(), cwd)


def test_a_program_in_the_students_folder_or_told_of_it_is_seen(tmp_path: Path) -> None:
    """Otherwise the next test could not fail."""
    work = tmp_path / "work"
    work.mkdir()
    script = f"import subprocess as s; s.run(['/bin/true', {str(work)!r}]); s.run(['/bin/true'], cwd={str(work)!r})"
    found = started_with_repository(trace([sys.executable, "-I", "-c", script], tmp_path, tmp_path), work)
    assert [one.program for one in found] == [sys.executable, "/bin/true", "/bin/true"]
    assert [one.folder for one in found] == [PurePosixPath(tmp_path), PurePosixPath(tmp_path), PurePosixPath(work)]


@pytest.mark.live
@pytest.mark.long
@pytest.mark.parametrize("exercise", EXERCISES)
def test_grading_a_pushed_repository_starts_nothing_of_it_outside(
    exercise: str, bench: RepositoryBench, images: Callable[..., None]
) -> None:
    images(*COURSE_IMAGES)
    root = pushed_reference(exercise, bench.folder)
    command = [str(Path(sys.executable).with_name("grader")), "repo", str(root), "--exercise", f"exercises/{exercise}"]
    command += ["--results", str(bench.folder / "results"), "--machine", bench.engine.url, "--disposable"]
    found = trace(command, bench.folder, ROOT, os.environ | {"CI_JOB_TOKEN": "t"})
    grader = found[0]
    assert not started_with_repository(found[1:], root), "started outside"
    assert str(root) in grader.arguments
    assert [one for one in found if one.in_sandbox and "docker" in one.program], "and in the sandbox there was a client"
    assert (bench.folder / "results" / exercise / "work.json").is_file()


def pushed_reference(exercise: str, folder: Path) -> Path:
    """The reference of an exercise as a student would push it, with the material beside it."""
    root = folder / "work"
    place = root / exercise
    shutil.copytree(ROOT / "exercises" / exercise / "solutions" / "reference", place)
    material = ROOT / "exercises" / exercise / "material"
    if material.is_dir():
        shutil.copytree(material, place / "material")
    script = place / "up.sh"
    script.write_text(f'export MATERIAL="$PWD/material"\n{script.read_text()}')
    return root
