"""A class of recorded machines: real ones, graded once on a real engine, then judged without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.commands.rehearse.engine import RehearsalEngine
from grader.commands.rehearse.solution import read_solutions
from grader.grading.request import GradingRequest
from grader.grading.run import grade
from grader.machine.recording.format import encode_recording
from grader.machine.transport.engine_address import EngineAddress
from grader.roster.machine_url import parse_machine_url
from grader.scoring.suite import read_suite
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab import Engine

RECORDED = ("reference", "port-reversed", "container-missing", "mount-missing", "index-default")


def record_solutions(engine: Engine, folder: Path) -> dict[str, Path]:
    """A recording of each of five solutions of tp2, by its name. The engine must be empty, and have the images."""
    suite = read_suite(ROOT / "exercises" / "tp2")
    by_name = {solution.name: solution for solution in read_solutions(suite)}
    stage = RehearsalEngine(EngineAddress(engine.url, engine.url))
    request = GradingRequest(exercise=suite.folder, machine=parse_machine_url(engine.url), record=True)
    found = {}
    for name in RECORDED:
        with stage.bring_up(by_name[name], suite):
            graded = grade(suite, request)
        assert graded.recording is not None
        found[name] = folder / f"{name}.recording"
        found[name].write_bytes(encode_recording(graded.recording))
    stage.close()
    return found


def write_roster(path: Path, recorded: dict[str, Path], size: int) -> Path:
    """A class list of `size` students, each with one of these recordings, in turn."""
    names = list(recorded)
    lines = [f"e{number:05},recording:{recorded[names[number % len(names)]]}" for number in range(size)]
    path.write_text("\n".join(["id,machine", *lines]) + "\n", encoding="utf-8")
    return path
