"""A recording in the repository, judged by today's suite."""

from __future__ import annotations

import functools
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.machine.link import LinkFacts
from grader.machine.machine import Machine
from grader.machine.recording import KeptEngine, Recording
from grader.machine.replay import Replay
from grader.machine.sheet import read_sheet
from grader.rehearsal.solution import Solution, differences, read_solutions
from grader.roster.ports import parse_ports
from grader.scoring.judging import judge_suite
from grader.scoring.suite import Suite, read_suite
from tests.desk import ROOT
from tests.replays.document import closed
from tests.replays.names import name_of

if TYPE_CHECKING:
    from grader.machine.sheet import Sheet
    from grader.scoring.ledger import Ledger
    from tests.replays.files import Kept

__all__ = ["command", "judged", "solution_of", "suite_of", "wrong_in"]

_NOT_RECORDED = "not-recorded"
"""The code of a question that a recording does not answer."""


def judged(kept: Kept) -> Ledger:
    header = kept.header
    recording = Recording(
        exercise=header.name.partition("/")[0],
        student=header.name,
        machine=LinkFacts("unix:///var/run/docker.sock"),
        engine=KeptEngine(**header.engine),
        exchanges=[closed(one) for one in kept.exchanges],
    )
    suite = suite_of(recording.exercise)
    if header.sheet:
        suite = replace(suite, sheet=_sheet(header.sheet))
    machine = Machine(
        Replay(recording),
        suite.sheet,
        ports=parse_ports(header.ports) if header.ports else None,
        passive=header.passive,
        disposable=header.disposable,
    )
    return judge_suite(suite, machine)


def wrong_in(kept: Kept, ledger: Ledger) -> list[str]:
    """What is not as it must be, a sentence each; where the recording tells too little, only what to type."""
    missing = sorted({dict(row.outcome.values)["asked"] for row in ledger if row.outcome.code == _NOT_RECORDED})
    if missing:
        return [f"{kept.header.name}: a check asks {missing[0]}, which was not recorded: {command(kept.header.name)}"]
    if kept.header.test:
        return [f"{row.spec.name}: {row.outcome}" for row in ledger if row.outcome.verdict != "passed"]
    return differences(solution_of(kept.header.name), ledger)


def command(name: str) -> str:
    """What a developer types to record a solution anew."""
    return f"make record NAMES={name}"


@functools.cache
def suite_of(exercise: str) -> Suite:
    return read_suite(ROOT / "exercises" / exercise)


def solution_of(name: str) -> Solution:
    return _solutions(name.partition("/")[0])[name]


@functools.cache
def _solutions(exercise: str) -> dict[str, Solution]:
    return {name_of(one): one for one in read_solutions(suite_of(exercise))}


def _sheet(text: str) -> Sheet:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "exercise.toml").write_text(text, encoding="utf-8")
        return read_sheet(Path(folder))
