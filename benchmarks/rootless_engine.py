"""A pushed repository on a rootless engine of the job's own, compared with a privileged one that already runs."""

from __future__ import annotations

import statistics
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.figure import Figure, Table
from benchmarks.timing import Timing, ratio, run_in_turn, time_command
from grader.commands.rehearse.solution import read_solutions
from grader.scoring.suite import read_suite
from tests.lab import ensure_images
from tests.lab.debian_packages import require_program
from tests.lab.image_archive import write_images
from tests.lab.image_catalog import recipe
from tests.lab.job_engine.packages import require_rootless_packages
from tests.lab.job_engine.pushed import REPOSITORY, lay_out_repository, repo_command
from tests.lab.process import print_progress
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.common import BenchmarkSettings
    from grader.scoring.suite import Suite
    from grader.submission.job_engine.requirements import EngineKind

_EXERCISES: Final = ("tp2", "tp6")
_KINDS: Final[tuple[EngineKind, ...]] = ("podman", "docker")
_LIMIT_S: Final = 600
_ROUNDS: Final = 2


def rootless_engine(setting: BenchmarkSettings) -> Iterator[Figure | Table]:
    """The rootless engines start, load the images, grade, and are removed; the privileged one has its images."""
    require_program("bwrap", "bubblewrap")
    for kind in _KINDS:
        require_rootless_packages(kind)
    setting.folder.chmod(0o755)
    rows = []
    for exercise in _EXERCISES:
        print_progress(f"bench: {exercise}'s reference on a privileged and on rootless engines…")
        suite = read_suite(ROOT / "exercises" / exercise)
        found = run_in_turn(_calls(setting, suite), min(setting.rounds, _ROUNDS))
        seconds = {name: [one.seconds for one in of_name] for name, of_name in found.items()}
        medians = {name: statistics.median(of_name) for name, of_name in seconds.items()}
        rows.append([exercise, *(f"{value:.1f} s" for value in medians.values())])
        for kind in _KINDS:
            note = f"{medians[kind]:.1f} s to {medians['privileged']:.1f} s"
            name = f"{exercise}'s reference on rootless {kind.capitalize()} compared with privileged Docker"
            yield Figure(name, ratio(seconds[kind], seconds["privileged"]), "×", note=note)
    yield Table(["reference", "privileged Docker", *(f"rootless {kind.capitalize()}" for kind in _KINDS)], rows)


def _calls(setting: BenchmarkSettings, suite: Suite) -> dict[str, Callable[[], Timing]]:
    """One call per engine."""
    ensure_images(setting.engine, setting.lab, suite.spec.images)
    place = setting.folder / suite.id
    place.mkdir()
    archive = place / "images.tar"
    write_images(setting.lab, {name: recipe(name) for name in suite.spec.images}, archive)
    lay_out_repository(read_solutions(suite)[0], suite, place / REPOSITORY)
    grader = [str(Path(sys.executable).parent / "grader"), "repo", str(place / REPOSITORY), "--disposable"]
    options = ["--exercise", str(suite.folder), "--results", str(place / "results"), "--machine", setting.engine.url]
    commands = {"privileged": [*grader, *options]}
    commands |= {kind: repo_command(place, suite, kind, archive) for kind in _KINDS}

    def run(name: str) -> Timing:
        if name == "privileged":  # the rootless ones have no cache either
            setting.engine.docker("builder", "prune", "--all", "--force", limit_s=60)
        return time_command(commands[name], limit_s=_LIMIT_S, cwd=place, out=place / "out")

    return {name: partial(run, name) for name in commands}
