"""Every exercise rehearsed on real engines, by as few solutions as show every check and every diagnosis.

`make rehearse` brings all of them up. Here six machines share the exercises, since most of the time is waiting.
"""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from tests.desk import ROOT
from tests.exercises.part import part_of
from tests.lab.catalog import COURSE_IMAGES
from tests.lab.machines import DOCKER_20, machines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab import Lab
    from tests.lab.machines import LabMachine

pytestmark = pytest.mark.live

EXERCISES = [sheet.parent for sheet in sorted((ROOT / "exercises").glob("tp*/exercise.toml"))]
LIMIT_S = 900
MACHINES = 6
AT_A_TIME = 9
"""Solutions that one machine takes: few enough that all are busy to the end."""
SHORT = {"tp1", "tp2", "tp3"}
"""Those that `make test` has the time for; `make test-long` rehearses the others."""


class Rehearsals:
    """Each exercise's rehearsal, some solutions at a time, as soon as a machine is free for them."""

    def __init__(self, hosts: list[LabMachine], wanted: set[str]) -> None:
        shown: set[str] = set()
        self._tasks: queue.SimpleQueue[tuple[str, list[str]]] = queue.SimpleQueue()
        self._left: dict[str, int] = {}
        self._done: dict[str, list[subprocess.CompletedProcess[str]]] = {}
        parts = {exercise.name: part_of(exercise, shown) for exercise in EXERCISES}
        for name in sorted(wanted, key=lambda one: -len(parts[one])):
            some = list(batched(parts[name], AT_A_TIME))
            self._left[name], self._done[name] = len(some), []
            for solutions in some:
                self._tasks.put((name, [f"--only={one}" for one in solutions]))
        self._heard = threading.Condition()
        self._threads = [threading.Thread(target=self._work, args=(host,), daemon=True) for host in hosts]
        for thread in self._threads:
            thread.start()

    def of(self, exercise: str) -> list[subprocess.CompletedProcess[str]]:
        with self._heard:
            assert self._heard.wait_for(lambda: not self._left[exercise], LIMIT_S), (
                f"{exercise} took more than {LIMIT_S} s"
            )
        return self._done[exercise]

    def _work(self, host: LabMachine) -> None:
        while True:
            try:
                name, only = self._tasks.get_nowait()
            except queue.Empty:
                return
            words = ["rehearse", str(ROOT / "exercises" / name), *only]
            command = [sys.executable, "-c", "from grader.cli import main; main()", *words]
            done = subprocess.run(
                host.beside(*command),
                # A bind mount needs a folder that the machine sees under the same path.
                env=host.engine.env() | {"TMPDIR": str(host.home)},
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
                timeout=LIMIT_S,
            )
            with self._heard:
                self._done[name].append(done)
                self._left[name] -= 1
                self._heard.notify_all()


def batched(names: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(names), size):
        yield names[start : start + size]


@pytest.fixture(scope="module")
def rehearsals(lab: Lab, request: pytest.FixtureRequest) -> Iterator[Rehearsals]:
    names = {exercise.name for exercise in EXERCISES}
    params = (item.callspec.params for item in request.session.items if hasattr(item, "callspec"))
    wanted = names & {str(given.get("exercise")) for given in params}
    with machines(lab, dict.fromkeys(map("stage{}".format, range(MACHINES)), DOCKER_20), COURSE_IMAGES) as hosts:
        yield Rehearsals(hosts, wanted)


@pytest.mark.parametrize(
    "exercise",
    [pytest.param(one.name, marks=() if one.name in SHORT else pytest.mark.long) for one in EXERCISES],
)
def test_every_solution_comes_out_as_expected(rehearsals: Rehearsals, exercise: str) -> None:
    for done in rehearsals.of(exercise):
        assert done.returncode == 0, done.stdout + done.stderr
        assert "all as expected" in done.stdout


def test_every_check_and_every_diagnosis_of_the_course_is_shown() -> None:
    """The part that is brought up leaves nothing out that the whole would show."""
    from grader.rehearsal.solution import read_solutions  # noqa: PLC0415
    from grader.scoring.suite import read_suite  # noqa: PLC0415

    shown: set[str] = set()
    for exercise in EXERCISES:
        part_of(exercise, shown)
    for exercise in EXERCISES:
        suite = read_suite(exercise)
        assert {f"{exercise.name} {spec.name}" for spec in suite.specs} <= shown, exercise.name
        assert {code for one in read_solutions(suite) for code in one.expected.failed.values()} <= shown
