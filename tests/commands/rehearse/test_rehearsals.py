"""Every exercise rehearsed on real engines, by as few solutions as show every check and every diagnosis.

`make rehearse` brings all of them up. Here six machines share the exercises, since most of the time is waiting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.exercises.solution_selection import select_solutions
from tests.lab.image_catalog import COURSE_IMAGES
from tests.lab.machines import DOCKER_20, machines
from tests.lab.shared_tasks import RehearsalTask, run_tasks
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from concurrent.futures import Future

    from tests.lab import Lab
    from tests.lab.shared_tasks import FinishedTask

pytestmark = pytest.mark.live

EXERCISES = [spec.parent for spec in sorted((ROOT / "exercises").glob("tp*/exercise.toml"))]
LIMIT_S = 900
MACHINES = 6
AT_A_TIME = 9
"""Solutions that one machine takes: few enough that all are busy to the end."""
SHORT = {"tp1", "tp2", "tp3"}
"""Those that `make test-live` has the time for; `make test-long` rehearses the others."""


def batched(names: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(names), size):
        yield names[start : start + size]


@pytest.fixture(scope="module")
def going(lab: Lab, request: pytest.FixtureRequest) -> Iterator[Mapping[Future[FinishedTask], RehearsalTask]]:
    names = {exercise.name for exercise in EXERCISES}
    ours = (item for item in request.session.items if item.path == request.path)
    params = (item.callspec.params for item in ours if hasattr(item, "callspec"))
    wanted = names & {str(given.get("exercise")) for given in params}
    shown: set[str] = set()
    parts = {exercise.name: select_solutions(exercise, shown) for exercise in EXERCISES}
    tasks = [
        RehearsalTask(name, tuple(f"--only={one}" for one in solutions))
        for name in sorted(wanted, key=lambda one: -len(parts[one]))
        for solutions in batched(parts[name], AT_A_TIME)
    ]
    kinds = dict.fromkeys(map("stage{}".format, range(MACHINES)), DOCKER_20)
    with machines(lab, kinds, COURSE_IMAGES) as hosts, run_tasks(hosts, tasks, LIMIT_S) as going:
        yield going


@pytest.mark.parametrize(
    "exercise",
    [pytest.param(one.name, marks=() if one.name in SHORT else pytest.mark.long) for one in EXERCISES],
)
def test_every_solution_comes_out_as_expected(
    going: Mapping[Future[FinishedTask], RehearsalTask], exercise: str
) -> None:
    for done in [future.result(LIMIT_S) for future, one in going.items() if one.exercise == exercise]:
        assert done.returncode == 0, done.stdout + done.stderr
        assert "all as expected" in done.stdout


def test_every_check_and_every_diagnosis_of_the_course_is_shown() -> None:
    """The selected solutions show everything that all of them would show."""
    from grader.commands.rehearse.solution import read_solutions  # noqa: PLC0415
    from grader.scoring.suite import read_suite  # noqa: PLC0415

    shown: set[str] = set()
    for exercise in EXERCISES:
        select_solutions(exercise, shown)
    for exercise in EXERCISES:
        suite = read_suite(exercise)
        assert {f"{exercise.name} {spec.name}" for spec in suite.check_specs} <= shown, exercise.name
        assert {code for one in read_solutions(suite) for code in one.expected.failed.values()} <= shown
