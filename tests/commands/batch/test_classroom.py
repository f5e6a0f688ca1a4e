"""A real class over real SSH: twelve machines, three of the roster dead, everyone else with their own mark."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from grader.commands.rehearse.solution import read_solutions
from grader.scoring.suite import read_suite
from tests.commands.batch.batch import TP2, batch, results_in
from tests.lab.machines import DOCKER_20, machines
from tests.lab.machines.faults import hang, hang_login

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.lab import Lab
    from tests.lab.machines import LabMachine

pytestmark = pytest.mark.live

DONE = ("reference", "port-reversed", "container-missing", "mount-missing")
POINTS = {"reference": 20, "port-reversed": 8, "container-missing": 3, "mount-missing": 14}
SIZE = 12
DEADLINE_S = 40


@pytest.fixture(scope="module")
def classroom(lab: Lab) -> Iterator[list[LabMachine]]:
    names = [f"pc{number:02}" for number in range(1, SIZE + 1)]
    with machines(lab, dict.fromkeys(names, DOCKER_20), ("nginx", "ubuntu")) as started:
        solutions = {one.name: one.folder for one in read_solutions(read_suite(TP2))}
        working = [_do(machine, solutions[DONE[number % 4]]) for number, machine in enumerate(started)]
        for process in working:
            assert process.wait(120) == 0
        yield started


def _do(machine: LabMachine, solution: Path) -> subprocess.Popen[bytes]:
    """A student at work on their own machine."""
    return subprocess.Popen(
        machine.command_on_network("bash", str(solution / "up.sh")),
        env=machine.engine.env() | {"HOME": str(machine.home)},
        stdout=subprocess.DEVNULL,
    )


def _roster(path: Path, classroom: list[LabMachine]) -> Path:
    lines = ["id;nom;machine", *(f"{one.name};Élève;ssh://root@{one.name}" for one in classroom)]
    lines += ["dead1;Élève;ssh://root@nobody.invalid", "dead2;Élève;unix:///nowhere.sock"]
    path.write_text("\n".join([*lines, "dead3;Élève;tcp://127.0.0.1:9"]) + "\n", encoding="utf-8")
    return path


def test_twelve_marks_and_three_reasons(classroom: list[LabMachine], tmp_path: Path) -> None:
    config = str(classroom[0].ssh_config)
    path = _roster(tmp_path / "class.csv", classroom)
    began = time.monotonic()
    done = batch(path, tmp_path / "r", "--ssh-config", config, "--deadline", str(DEADLINE_S))
    took_s = time.monotonic() - began
    results = results_in(tmp_path / "r")
    assert {name: result.points for name, result in results.items()} == {
        **{one.name: POINTS[DONE[number % 4]] for number, one in enumerate(classroom)},
        "dead1": None,
        "dead2": None,
        "dead3": None,
    }, done.stdout + done.stderr
    assert done.returncode == 6
    assert all(results[name].reason for name in ("dead1", "dead2", "dead3"))
    assert took_s < DEADLINE_S + 5


def test_a_machine_that_hangs_is_ended_at_its_deadline_and_the_others_are_graded(
    classroom: list[LabMachine], tmp_path: Path
) -> None:
    """One engine under SIGSTOP, one account whose login never ends: no mark, no zero, nobody waits for them."""
    hang(classroom[0])
    hang_login(classroom[1])
    path = _roster(tmp_path / "class.csv", classroom)
    began = time.monotonic()
    config = str(classroom[0].ssh_config)
    batch(path, tmp_path / "r", "--ssh-config", config, "--deadline", "25")
    assert time.monotonic() - began < 25 + 5
    results = results_in(tmp_path / "r")
    assert [results[one.name].mark for one in classroom[:2]] == [None, None]
    assert [results[one.name].points for one in classroom[2:]] == [POINTS[DONE[n % 4]] for n in range(2, SIZE)]
