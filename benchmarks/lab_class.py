"""A class of real machines with tp2 done on each, and three ways to ask each of them eight questions."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.timing import Timing, time_command
from grader.grading.pool import default_jobs
from tests.commands.batch.batch import command, results_in
from tests.lab.process import LabError
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.lab.machines import LabMachine

_HERE: Final = Path(__file__).parent
_QUESTIONS: Final = 8
_ASKED: Final = (
    "_ping", "version", "info", "containers/json?all=1", "containers/web/json", "containers/hello/json",
    "images/nginx/json", "images/ubuntu/json", "containers/hello/archive?path=/foo/hello",
)  # fmt: skip
"""The baseline's requests to the engine: as many questions, with the same answers."""
_LIMIT_S: Final = 300


class LabClass:
    def __init__(self, machines: Sequence[LabMachine], place: Path) -> None:
        self._machines = machines
        self._folder = place
        self._config = str(machines[0].ssh_config)
        # Outside the repository, because users do not have its pytest configuration.
        shutil.copytree(_HERE / "stock", place / "stock")

    def do_tp2(self) -> None:
        """Every student does tp2 as in its reference, a few at a time."""
        reference = ROOT / "exercises" / "tp2" / "solutions" / "reference" / "up.sh"
        for at in range(0, len(self._machines), 6):
            working = [_bring_up(reference, machine) for machine in self._machines[at : at + 6]]
            codes = [process.wait(_LIMIT_S) for process in working]
            if any(codes):
                raise LabError(f"tp2's reference ended with {codes}")

    def run_grader(self, size: int) -> Timing:
        roster = self._folder / "eight.csv"
        lines = [f"{one.name},ssh://root@{one.name}" for one in self._machines[:size]]
        roster.write_text("\n".join(["id,machine", *lines]) + "\n", encoding="utf-8")
        results = self._folder / "results"
        shutil.rmtree(results, ignore_errors=True)
        words = command(roster, results, "--ssh-config", self._config, exercise=_HERE / "eight")
        done = self._took(words, "ours.out")
        points = [result.points for result in results_in(results, "eight").values()]
        _require(points == [_QUESTIONS] * size, done)
        return done

    def run_baseline(self, size: int, *options: str) -> Timing:
        """One `ssh` per machine, with the same concurrency as the grader, and one `curl` for all questions.

        `options` are for `ssh`.
        """
        places = " ".join(f"'http://engine/{path}'" for path in _ASKED)
        curl = f"curl --silent --show-error --fail --unix-socket /run/docker.sock {places}"
        ssh = ["ssh", "-F", self._config, "-o", "BatchMode=yes", *options, "root@{}", curl]
        names = self._folder / "names"
        names.write_text("".join(f"{one.name}\n" for one in self._machines[:size]), encoding="ascii")
        done = self._took(["xargs", "-a", str(names), "-P", str(default_jobs()), "-I{}", *ssh], "floor.out")
        _require(done.out.count('"HostConfig"') >= 2 * size, done)
        return done

    def run_stock_testinfra(self, size: int) -> Timing:
        """As many workers as the grader: this was faster than `-n auto`."""
        hosts = ",".join(f"ssh://root@{one.name}" for one in self._machines[:size])
        given = [f"--hosts={hosts}", f"--ssh-config={self._config}", "-n", str(default_jobs())]
        done = self._took([sys.executable, "-m", "pytest", "-q", "-p", "no:grader", *given, "stock"], "stock.out")
        _require(f"{_QUESTIONS * size} passed" in done.out, done)
        return done

    def _took(self, words: Sequence[str], out: str) -> Timing:
        return time_command(words, limit_s=_LIMIT_S, cwd=self._folder, out=self._folder / out)


def _bring_up(solution: Path, machine: LabMachine) -> subprocess.Popen[bytes]:
    environment = machine.engine.env() | {"HOME": str(machine.home)}
    return subprocess.Popen(
        machine.command_on_network("bash", str(solution)), env=environment, stdout=subprocess.DEVNULL
    )


def _require(holds: bool, done: Timing) -> None:  # noqa: FBT001 - as `assert`, that no -O takes away
    if not holds:
        raise LabError(f"not every machine was asked every question: {done.out[-2000:]}")
