"""Every engine, reached in every way: the solutions of tp2 must get the same verdicts everywhere."""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.commands.rehearse.engine import RehearsalEngine
from grader.commands.rehearse.solution import Solution, find_differences, read_solutions
from grader.errors import MachineUnreachable
from grader.grading.checks_loop import run_checks
from grader.machine.machine import Machine
from grader.machine.transport.connect import open_transport
from grader.machine.transport.engine_address import engine_address
from grader.roster.machine_url import MachineUrl, parse_machine_url
from grader.scoring.suite import Suite, read_suite
from tests.lab.machines import DOCKER_20, DOCKER_26, PODMAN, machines
from tests.lab.machines.network_of import on_network_of
from tests.lab.process import print_progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.scoring.scorecard import Scorecard
    from tests.lab.lab_folder import Lab
    from tests.lab.machines import LabMachine

EXERCISE: Final = Path("exercises/tp2")
KINDS: Final = {"docker20": DOCKER_20, "docker26": DOCKER_26, "podman": PODMAN}
TRANSPORTS: Final = ("local", "TCP+TLS", "SSH")


@dataclass
class MatrixColumn:
    """One engine: the result of every solution, by transport."""

    engine: str
    tried: int = 0
    as_expected: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TRANSPORTS, 0))
    faults: list[str] = field(default_factory=list)


def try_transports(lab: Lab, engines: Sequence[str] | None = None, only: Sequence[str] | None = None) -> int:
    """Prints the table, for these engines and solutions or for all; returns an exit code."""
    suite = read_suite(EXERCISE)
    kinds = {name: KINDS[name] for name in engines or KINDS}
    # It mostly waits, so that two processors are enough for three engines.
    with machines(lab, kinds, suite.spec.images) as started, ProcessPoolExecutor(len(started)) as pool:
        try:
            return _print(list(pool.map(partial(try_all, only=only or ()), started)))
        except BaseException:  # interrupted: do not wait for what the machines, which are removed, no longer answer
            for child in multiprocessing.active_children():
                child.terminate()
            raise


def try_all(machine: LabMachine, only: Sequence[str] = ()) -> MatrixColumn:
    """Brings up each solution on one machine, and grades it over each transport."""
    os.environ.update(
        machine.engine.settings() | {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(machine.certificates)}
    )
    # Mounted folders need the same path for the engine and for this process.
    scratch = machine.shared / "scratch"
    scratch.mkdir(exist_ok=True)
    tempfile.tempdir = str(scratch)
    suite = read_suite(EXERCISE)
    column = MatrixColumn("")
    with on_network_of(machine):
        stage = RehearsalEngine(engine_address(MachineUrl("local"), os.environ))
    for solution in read_solutions(suite):
        if only and solution.name not in only:
            continue
        with ExitStack() as stack:
            with on_network_of(machine):
                stack.enter_context(stage.bring_up(solution, suite))
            _try(machine, suite, solution, column)
        print_progress(f"{machine.name}: {solution.name}")
    stage.close()
    return column


def _try(machine: LabMachine, suite: Suite, solution: Solution, column: MatrixColumn) -> None:
    column.tried += 1
    for way in TRANSPORTS:
        scorecard = _graded(machine, suite, solution, way, column)
        faults = find_differences(solution, scorecard)
        column.as_expected[way] += not faults
        column.faults += [f"{machine.name}, {way}: {solution.name}: {fault}" for fault in faults]


def _graded(machine: LabMachine, suite: Suite, solution: Solution, way: str, column: MatrixColumn) -> Scorecard:
    url = {"local": "local", "TCP+TLS": f"tcp://{machine.address}:2376", "SSH": f"ssh://{machine.name}"}[way]
    with ExitStack() as stack:
        if way == "local":
            stack.enter_context(on_network_of(machine))
        try:
            link = open_transport(parse_machine_url(url), machine.ssh_config)
        except MachineUnreachable as error:
            return run_checks(suite, error)
        stack.callback(link.close)
        column.engine = f"{link.version()} (API {link.version().api})"
        return run_checks(suite, Machine(link, suite.spec, ports=solution.ports, disposable=True))


def _print(columns: Sequence[MatrixColumn]) -> int:
    lines = [_row("engine", *TRANSPORTS), _row("---", *("---:" for _ in TRANSPORTS))]
    lines += [_row(one.engine, *(f"{one.as_expected[way]} of {one.tried}" for way in TRANSPORTS)) for one in columns]
    faults = [fault for column in columns for fault in column.faults]
    same = sum(column.as_expected[way] == column.tried > 0 for column in columns for way in TRANSPORTS)
    cells = len(columns) * len(TRANSPORTS)
    lines += ["", *faults, f"{same} of {cells} the same: every solution of tp2 got its expected verdicts"]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if same == cells else 1


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
