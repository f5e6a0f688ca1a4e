"""Hints: whether who does only what the screen says comes to full marks, from each known-wrong solution."""

from __future__ import annotations

import statistics
import subprocess
import sys
from itertools import groupby
from typing import TYPE_CHECKING, Final

from benchmarks.figure import Figure, Table
from tests.lab import ensure_images, wipe
from tests.lab.image_catalog import COURSE_IMAGES
from tests.lab.process import print_progress
from tests.replays.names import solution_name
from tests.robot.not_repairable import NOT_REPAIRABLE
from tests.robot.results import read_repairs
from tests.robot.robot import select_wrong
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from benchmarks.common import BenchmarkSettings
    from tests.robot.results import Repair

TITLE: Final = "Hints, followed to the letter"


def proven_hints(setting: BenchmarkSettings) -> Iterator[Figure | Table]:
    """It takes hours; if it is interrupted, it goes on where it was."""
    print_progress("bench: each known-wrong solution repaired by its hints…")
    ensure_images(setting.engine, setting.lab, COURSE_IMAGES)
    wipe(setting.engine)
    results = setting.lab.root / "repairs.jsonl"
    command = [sys.executable, "-m", "tests.robot", *setting.solutions, f"--results={results}"]
    subprocess.run(command, cwd=ROOT, env=setting.engine.env(), stdout=sys.stderr, check=False)
    yield from summary(read_repairs(results), count_repairable(setting.solutions))
    results.unlink()


def summary(repairs: Sequence[Repair], known: Mapping[str, int]) -> Iterator[Figure | Table]:
    """The figures of all exercises, and a table with a row for each. `known`: how many can be repaired, by exercise."""
    if not repairs:
        return
    repaired = [one for one in repairs if one.is_repaired]
    yield Figure(
        "known-wrong solutions tried",
        len(repairs),
        note=f"of {sum(known.values())} that can be repaired on the machine; the others were not tried yet"
        if len(repairs) < sum(known.values())
        else "all that can be repaired on the machine",
    )
    yield Figure(
        "of these, brought to full marks by what the screen says alone",
        100 * len(repaired) / len(repairs),
        "%",
        "at least 95",
        "in at most five rounds: grade, correct the first failure, grade again",
    )
    if repaired:
        yield Figure("rounds, median", statistics.median(one.rounds for one in repaired), target="at most 3")
    lost = sum(len(one.regressions) for one in repairs)
    yield Figure("checks that had passed and failed after a remedy", lost, target="0")
    by_exercise = {exercise: list(those) for exercise, those in groupby(sorted(repairs, key=_exercise), key=_exercise)}
    rows = [_row(exercise, count, by_exercise.get(exercise, [])) for exercise, count in known.items()]
    yield Table(["exercise", "repairable", "tried", "repaired", "rounds, median", "rounds, most", "checks lost"], rows)
    for one in sorted(repairs, key=lambda one: one.name):
        if one.stuck or one.regressions:
            print_progress(f"  {one.name}: {' · '.join(filter(None, (one.stuck, *one.regressions)))}")


def count_repairable(names: Collection[str]) -> dict[str, int]:
    """How many known-wrong solutions of these names can be repaired on the machine, by exercise."""
    counted: dict[str, int] = {}
    for suite, solution in select_wrong(names):
        counted[suite.id] = counted.get(suite.id, 0) + (solution_name(solution) not in NOT_REPAIRABLE)
    return counted


def _exercise(one: Repair) -> str:
    return one.name.partition("/")[0]


def _row(exercise: str, known: int, repairs: list[Repair]) -> list[str]:
    rounds = [one.rounds for one in repairs if one.is_repaired]
    middle, most = (f"{statistics.median(rounds):g}", str(max(rounds))) if rounds else ("–", "–")
    lost = sum(len(one.regressions) for one in repairs)
    return [exercise, str(known), str(len(repairs)), str(len(rounds)), middle, most, str(lost)]
