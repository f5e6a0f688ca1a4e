"""`python -m tests.lab.image_verdicts FILE tp2 reference port-reversed`: the grader's image beside the native grader.

Both grade each solution on `docker`'s engine, which has the image. Each is a line of JSON in FILE as soon as it is
graded; those that FILE has are not graded again.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grader.commands.rehearse.engine import RehearsalEngine
from grader.commands.rehearse.solution import read_solutions
from grader.grading.checks_loop import run_checks
from grader.machine.machine import Machine
from grader.machine.transport.connect import open_transport
from grader.machine.transport.engine_address import engine_address
from grader.reports.result import read_result
from grader.roster.machine_url import parse_machine_url
from grader.scoring.suite import read_suite
from tests.lab.engine import Engine
from tests.lab.grader_image import give_to_student, grade_in_container
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.commands.rehearse.solution import Solution
    from grader.scoring.scorecard import Scorecard
    from grader.scoring.suite import Suite


class ImageVerdicts(msgspec.Struct, frozen=True):
    """One solution on one engine: each check's verdict and diagnosis, `failed port-reversed`."""

    exercise: str
    solution: str
    engine: str
    """Name and version."""
    native: dict[str, str]
    container: dict[str, str]
    """Empty if the container gave no result."""
    first_verdict_s: float | None
    """Seconds from `docker run` to the first line of the table."""
    load_average: float = 0.0
    """Over the minute before."""
    out: str = ""
    """What the container printed, if its verdicts are others."""


def main(file: Path, exercise: str, names: Sequence[str]) -> int:
    suite = read_suite(ROOT / "exercises" / exercise)
    graded = {(row.exercise, row.solution) for row in read_rows(file)}
    engine = Engine(os.environ["DOCKER_HOST"], private=True)
    stage = RehearsalEngine(engine_address(parse_machine_url("local"), os.environ))
    try:
        for solution in read_solutions(suite):
            if solution.name in names and (exercise, solution.name) not in graded:
                with stage.bring_up(solution, suite) as output:
                    row = _compare(suite, solution, engine, output.folder)
                with file.open("ab") as rows:
                    rows.write(msgspec.json.encode(row) + b"\n")
    finally:
        stage.empty()
        stage.close()
    return 0


def read_rows(file: Path) -> list[ImageVerdicts]:
    """What has been graded so far; none if there is no file yet."""
    return msgspec.json.Decoder(ImageVerdicts).decode_lines(file.read_bytes()) if file.exists() else []


def scorecard_verdicts(scorecard: Scorecard) -> dict[str, str]:
    return {row.spec.name: _verdict(row.outcome.verdict, row.outcome.code) for row in scorecard}


def result_verdicts(path: Path) -> dict[str, str]:
    """Empty if there is no result."""
    rows = read_result(path).checks if path.is_file() else []
    return {row.id: _verdict(row.verdict, row.diagnosis.code if row.diagnosis else "") for row in rows}


def _compare(suite: Suite, solution: Solution, engine: Engine, folder: Path) -> ImageVerdicts:
    link = open_transport(parse_machine_url("local"))
    try:
        machine = Machine(link, suite.spec, ports=solution.ports, disposable=True)
        ledger = run_checks(suite, machine)
        version = str(link.version())
    finally:
        link.close()
    native = scorecard_verdicts(ledger)
    give_to_student(folder / "work")
    options = ["--lang=en", "--disposable", "--results=out", "--student=zoe"]
    options += [f"--ports={solution.ports}"] if solution.ports else []
    done = grade_in_container(engine, folder, suite.id, *options)
    container = result_verdicts(folder / "work" / "out" / suite.id / "zoe.json")
    out = "" if container == native else done.out[-2000:]
    load = round(os.getloadavg()[0], 1)
    return ImageVerdicts(suite.id, solution.name, version, native, container, done.first_verdict_s, load, out)


def _verdict(verdict: str, code: str) -> str:
    return f"{verdict} {code}" if verdict in {"failed", "error"} else verdict


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
