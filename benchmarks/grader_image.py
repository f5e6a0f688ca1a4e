"""The grader's image: its verdicts beside those of the native grader, and how long the first one takes."""

from __future__ import annotations

import shutil
import statistics
from concurrent.futures import as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmarks.figure import Figure, Table
from grader.commands.rehearse.solution import read_solutions
from grader.scoring.suite import read_suite
from tests.lab.grader_image import IMAGE, build_grader_image
from tests.lab.image_catalog import COURSE_IMAGES
from tests.lab.image_recordings import comparable_recordings, judge_in_container
from tests.lab.image_verdicts import read_rows
from tests.lab.machines import DOCKER_20, PODMAN, machines
from tests.lab.process import LabError, print_progress
from tests.lab.shared_tasks import run_tasks
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from benchmarks.common import BenchmarkSettings
    from tests.lab.image_recordings import JudgedRecording
    from tests.lab.image_verdicts import ImageVerdicts
    from tests.lab.lab_folder import Lab
    from tests.lab.machines import LabMachine, MachineKind

TITLE: Final = "The grader's image beside the native grader"
_EXERCISES: Final = tuple(f"tp{number}" for number in range(1, 8))
_SAME: Final = "with the verdicts and diagnoses of the native grader"
_LOAD_S: Final = 300
_SOLUTION_S: Final = 300
_ON_PODMAN: Final = 2
"""At most so many wrong solutions per exercise on Podman, which takes several times as long."""


@dataclass(frozen=True)
class _VerdictsTask:
    file: Path
    exercise: str
    solutions: tuple[str, ...]

    def arguments(self, _host: LabMachine) -> list[str]:
        return ["-m", "tests.lab.image_verdicts", str(self.file), self.exercise, *self.solutions]


def grader_image(setting: BenchmarkSettings) -> Iterator[Figure | Table]:
    """All recordings in a container without a network, then some solutions live, on Docker and on Podman."""
    source, archive = setting.folder / "source", setting.folder / "image.tar"
    source.mkdir()
    print_progress("bench: building the grader's image…")
    build_grader_image(setting.engine, setting.lab, source)
    setting.engine.docker("save", "--output", archive, IMAGE, limit_s=_LOAD_S)
    names = comparable_recordings()
    print_progress(f"bench: {len(names)} recordings judged in a container…")
    judged = list(judge_in_container(setting.engine, setting.folder, names))
    setting.engine.docker("rmi", "--force", IMAGE)
    yield Figure("recorded answers judged in a container without a network", len(judged))
    yield Figure(
        "of those, with the verdicts and diagnoses of the native grader", _same(judged), target=f"{len(judged)}"
    )
    yield _recordings_table(judged)
    found = [
        *_verdicts(setting.lab, DOCKER_20, archive, setting.image_solutions),
        *_verdicts(setting.lab, PODMAN, archive, min(setting.image_solutions, _ON_PODMAN)),
    ]
    yield Figure("solutions graded live in a container", len(found))
    yield Figure(f"of those, {_SAME}", _same(found), target=f"{len(found)}")
    times = [one.first_verdict_s for one in found if one.first_verdict_s is not None]
    if times:
        loads = sorted(one.load_average for one in found)
        note = f"{min(times):.2f} to {max(times):.2f} s, {sum(one <= 3 for one in times)} of {len(times)} within 3 s"
        note += f"; load average meanwhile {loads[0]:.0f} to {loads[-1]:.0f}"
        yield Figure("median from `docker run` to the first verdict", statistics.median(times), "s", "3", note)
    yield _table(found)
    for one in [one for one in judged if one.container != one.native]:
        print_progress(f"{one}")
    for live in [one for one in found if one.container != one.native]:
        print_progress(f"{live}")
    shutil.rmtree(_rows_folder(setting.lab))


def _rows_folder(lab: Lab) -> Path:
    """What an interrupted run has graded; the next one goes on from there."""
    return lab.root / "image-verdicts"


def _verdicts(lab: Lab, kind: MachineKind, archive: Path, wrong: int) -> list[ImageVerdicts]:
    """Each exercise's reference, and `wrong` of its wrong solutions, on a machine of that kind."""
    file = _rows_folder(lab) / f"{kind.name}.jsonl"
    file.parent.mkdir(exist_ok=True)
    with machines(lab, {"pc1": kind}, COURSE_IMAGES) as hosts:
        for host in hosts:
            host.engine.docker("load", "--quiet", "--input", archive, limit_s=_LOAD_S)
        tasks = [_VerdictsTask(file, exercise, _choose(exercise, wrong)) for exercise in _EXERCISES]
        limit_s = _SOLUTION_S * max(len(task.solutions) for task in tasks)
        with run_tasks(hosts, tasks, limit_s) as going:
            for future in as_completed(going):
                done, task = future.result(), going[future]
                if done.returncode:
                    raise LabError(f"{kind.name}: {task.exercise}: {done.stderr.strip()[-500:]}")
                print_progress(f"{kind.name}: {task.exercise}: {len(read_rows(file))} solutions so far")
    return read_rows(file)


def _choose(exercise: str, wrong: int) -> tuple[str, ...]:
    """The reference, and that many wrong solutions, evenly spread over the list."""
    solutions = read_solutions(read_suite(ROOT / "exercises" / exercise))
    names = sorted(one.name for one in solutions if not one.is_reference)
    return ("reference", *(names[len(names) * (2 * place + 1) // (2 * wrong)] for place in range(wrong)))


def _same(found: Sequence[ImageVerdicts | JudgedRecording]) -> int:
    return sum(one.container == one.native for one in found)


def _recordings_table(judged: list[JudgedRecording]) -> Table:
    head = ["exercise", "recorded answers, in a container without a network", "same verdicts and diagnoses"]
    exercises = dict.fromkeys(one.name.partition("/")[0] for one in judged)
    groups = {name: [one for one in judged if one.name.startswith(f"{name}/")] for name in exercises}
    return Table(head, [[name, str(len(those)), str(_same(those))] for name, those in groups.items()])


def _table(found: list[ImageVerdicts]) -> Table:
    head = ["engine", "exercise", "solutions, live", "same verdicts and diagnoses", "first verdict: min, median, max"]
    rows = []
    for engine, exercise in dict.fromkeys((one.engine, one.exercise) for one in sorted(found, key=_order)):
        those = [one for one in found if (one.engine, one.exercise) == (engine, exercise)]
        times = [one.first_verdict_s for one in those if one.first_verdict_s is not None]
        rows.append([engine, exercise, str(len(those)), str(_same(those)), _seconds(times) if times else "–"])
    return Table(head, rows)


def _seconds(times: list[float]) -> str:
    return f"{min(times):.2f} s, {statistics.median(times):.2f} s, {max(times):.2f} s"


def _order(one: ImageVerdicts) -> tuple[str, str]:
    return one.engine, one.exercise
