"""A solution as a student pushes it, graded by `grader repo --engine` as an ordinary user."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from grader.reports.result import read_result
from tests.lab.ordinary_user import as_ordinary_user, on_own_network
from tests.replays.names import solution_hash, solution_name
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from grader.commands.rehearse.solution import Solution
    from grader.reports.result import CheckResult, ResultFile
    from grader.scoring.suite import Suite
    from grader.submission.job_engine.requirements import EngineKind

_LIMIT_S: Final = 900
"""More than a bring-up may take."""
REPOSITORY: Final = "work"
"""The folder of the pushed repository, and so the student's name in the result."""


class Attempt(msgspec.Struct, frozen=True):
    """One solution on one engine of its own."""

    solution: str
    """`tp2/wrong/port-reversed`"""
    sha256: str
    """Of what was pushed."""
    engine: str
    """Name and version; empty if it did not start."""
    mark: float | None
    reason_code: str
    """Why there is no mark; empty if there is one."""
    differences: dict[str, str]
    """By check: the recorded verdict, and the one seen."""
    detail: list[str]
    """What the checks that differ say."""

    @property
    def is_as_recorded(self) -> bool:
        return not self.reason_code and not self.differences


def grade_pushed(solution: Solution, suite: Suite, kind: EngineKind, images: Path) -> Attempt:
    """Push it, grade it, and compare each verdict with the recorded one."""
    with tempfile.TemporaryDirectory(prefix="pushed-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        place.chmod(0o755)
        lay_out_repository(solution, suite, place / REPOSITORY)
        try:
            done = subprocess.run(
                repo_command(place, suite, kind, images, ports=str(solution.ports or "")),
                capture_output=True,
                timeout=_LIMIT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Attempt(solution_name(solution), _hash(solution), "", None, f"no result in {_LIMIT_S} s", {}, [])
        file = place / "home" / "results" / suite.id / f"{REPOSITORY}.json"
        if not file.is_file():
            lines = done.stderr.decode("utf-8", "replace").splitlines()
            return Attempt(
                solution_name(solution), _hash(solution), "", None, f"exit code {done.returncode}", {}, lines[-3:]
            )
        return _compared(solution, read_result(file))


def repo_command(place: Path, suite: Suite, kind: EngineKind, images: Path, *, ports: str = "") -> list[str]:
    """`grader repo` on `place`/work, as an ordinary user on a network of its own. Results: `place`/home/results."""
    grader = Path(sys.executable).parent / "grader"
    command = [str(grader), "repo", str(place / REPOSITORY), "--exercise", str(suite.folder), "--results", "results"]
    command += ["--engine", kind, "--image-archive", str(images), "--disposable", "--lang", "en"]
    command += ["--ports", ports] if ports else []
    path = f"{grader.parent}:{os.environ['PATH']}:/usr/sbin:/sbin"
    return on_own_network(as_ordinary_user(place, command, {"PATH": path}))


def lay_out_repository(solution: Solution, suite: Suite, root: Path) -> None:
    """The solution in the exercise's folder, beside the material that the student was given."""
    ignored = shutil.ignore_patterns("expected.toml", "down.sh", "__pycache__")
    shutil.copytree(solution.folder, root / suite.id, ignore=ignored)
    material = suite.folder / "material"
    script = root / suite.id / "up.sh"
    if material.is_dir():
        shutil.copytree(material, root / "handout" / "exercise" / "material", ignore=ignored)
        shutil.copytree(ROOT / "exercises" / "material", root / "handout" / "material", ignore=ignored)
        setting = "MATERIAL=$(realpath ../handout/exercise/material)\nexport MATERIAL\n"
        script.write_text(f"{setting}{script.read_text('utf-8')}", "utf-8")


def _compared(solution: Solution, result: ResultFile) -> Attempt:
    expected = solution.expected
    differences: dict[str, str] = {}
    detail: list[str] = []
    for check in result.checks if result.status == "graded" else ():
        code = expected.failed.get(check.id, "")
        verdict = "failed" if code else "blocked" if check.id in expected.blocked else "passed"
        wanted = f"{verdict} {code}".strip()
        seen = _verdict(check)
        if wanted != seen:
            differences[check.id] = f"{wanted} → {seen}"
            detail += [check.message["en"]] if check.message else []
            detail += check.evidence
    return Attempt(
        solution_name(solution),
        _hash(solution),
        result.machine.engine or "",
        result.mark,
        result.reason_code or "" if result.mark is None else "",
        differences,
        [*detail, *([result.reason["en"]] if result.reason else [])],
    )


def _verdict(check: CheckResult) -> str:
    shows_code = check.diagnosis and check.verdict not in {"passed", "blocked"}
    return f"{check.verdict} {check.diagnosis.code}" if check.diagnosis and shows_code else check.verdict


def _hash(solution: Solution) -> str:
    return solution_hash(solution_name(solution))
