"""The grader's image: its verdicts beside those of the native grader, and how long the first one takes."""

from __future__ import annotations

import statistics
from concurrent.futures import as_completed
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from benchmarks.figure import Figure, Table
from grader.commands.rehearse.solution import read_solutions
from grader.scoring.suite import read_suite
from tests.lab.grader_image import IMAGE, build_grader_image
from tests.lab.image_catalog import COURSE_IMAGES
from tests.lab.image_verdicts import ImageVerdicts
from tests.lab.machines import DOCKER_20, PODMAN, machines
from tests.lab.process import LabError, print_progress
from tests.lab.shared_tasks import run_tasks
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.common import BenchmarkSettings
    from tests.lab.lab_folder import Lab
    from tests.lab.machines import LabMachine, MachineKind

TITLE: Final = "The grader's image beside the native grader"
_EXERCISES: Final = tuple(f"tp{number}" for number in range(1, 8))
_LOAD_S: Final = 300
_SOLUTION_S: Final = 200


@dataclass(frozen=True)
class _VerdictsTask:
    exercise: str
    solutions: tuple[str, ...]

    def arguments(self, _host: LabMachine) -> list[str]:
        return ["-m", "tests.lab.image_verdicts", self.exercise, *self.solutions]


def grader_image(setting: BenchmarkSettings) -> Iterator[Figure | Table]:
    """On Docker with wrong solutions, on Podman the references: the image is built once, and loaded into each."""
    source, archive = setting.folder / "source", setting.folder / "image.tar"
    source.mkdir()
    print_progress("bench: building the grader's image…")
    build_grader_image(setting.engine, setting.lab, source)
    setting.engine.docker("save", "--output", archive, IMAGE, limit_s=_LOAD_S)
    setting.engine.docker("rmi", "--force", IMAGE)
    found = [
        *_verdicts(setting.lab, DOCKER_20, archive, setting.image_solutions),
        *_verdicts(setting.lab, PODMAN, archive, 0),
    ]
    same = sum(one.container == one.native for one in found)
    yield Figure("solutions graded in a container", len(found))
    yield Figure("solutions with the verdicts and diagnoses of the native grader", same, target=f"{len(found)}")
    times = [one.first_verdict_s for one in found if one.first_verdict_s is not None]
    if times:
        note = f"minimum {min(times):.2f} s; {sum(one <= 3 for one in times)} of {len(times)} within 3 s"
        yield Figure("median from `docker run` to the first verdict", statistics.median(times), "s", "3", note)
    yield _table(found)
    for one in found:
        if one.container != one.native:
            print_progress(f"{one.engine}: {one.exercise}/{one.solution}: {one.native} {one.container} {one.out}")


def _verdicts(lab: Lab, kind: MachineKind, archive: Path, wrong: int) -> list[ImageVerdicts]:
    """Each exercise's reference, and `wrong` of its wrong solutions, on a machine of that kind."""
    found: list[ImageVerdicts] = []
    with machines(lab, {"pc1": kind}, COURSE_IMAGES) as hosts:
        for host in hosts:
            host.engine.docker("load", "--quiet", "--input", archive, limit_s=_LOAD_S)
        tasks = [_VerdictsTask(exercise, _choose(exercise, wrong)) for exercise in _EXERCISES]
        limit_s = _SOLUTION_S * max(len(task.solutions) for task in tasks)
        with run_tasks(hosts, tasks, limit_s) as going:
            for future in as_completed(going):
                done, task = future.result(), going[future]
                found += [msgspec.json.decode(line, type=ImageVerdicts) for line in done.stdout.splitlines()]
                if done.returncode:
                    raise LabError(f"{kind.name}: {task.exercise}: {done.stderr.strip()[-500:]}")
                print_progress(f"{kind.name}: {task.exercise}: {len(found)} solutions so far")
    return found


def _choose(exercise: str, wrong: int) -> tuple[str, ...]:
    """The reference, and that many wrong solutions, evenly spread over the list."""
    solutions = read_solutions(read_suite(ROOT / "exercises" / exercise))
    names = sorted(one.name for one in solutions if not one.is_reference)
    step = max(1, -(-len(names) // wrong)) if wrong else len(names) + 1
    return ("reference", *names[step // 2 :: step][:wrong])


def _table(found: list[ImageVerdicts]) -> Table:
    head = ["engine", "exercise", "solutions", "same verdicts and diagnoses", "first verdict: min, median, max"]
    rows = []
    for engine, exercise in dict.fromkeys((one.engine, one.exercise) for one in sorted(found, key=_order)):
        those = [one for one in found if (one.engine, one.exercise) == (engine, exercise)]
        times = [one.first_verdict_s for one in those if one.first_verdict_s is not None]
        seconds = f"{min(times):.2f} s, {statistics.median(times):.2f} s, {max(times):.2f} s" if times else "–"
        same = sum(one.container == one.native for one in those)
        rows.append([engine, exercise, str(len(those)), str(same), seconds])
    return Table(head, rows)


def _order(one: ImageVerdicts) -> tuple[str, str]:
    return one.engine, one.exercise
