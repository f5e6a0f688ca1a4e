"""Kills batches, corrections, regrades and forgettings at random moments, and looks at what the ledger says then.

python -m tests.results.kills COUNT
"""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grader.commands.batch.batch import Batch
from grader.commands.mark.mark import CorrectionRequest, record_correction
from grader.commands.regrade.regrade import regrade, write_changes
from grader.errors import GraderError
from grader.grading.pool import GradingFinished, GradingStarted
from grader.grading.request import GradingRequest
from grader.ledger.public_key import read_public_key
from grader.ledger.signing_key import create_key
from grader.reports.result import Student
from grader.reports.result_files import result_path
from grader.results.attempts import archived_results
from grader.results.folder import open_ledger
from grader.results.forgetting import forget
from grader.results.storing import PREPARED
from grader.results.verification import verify_results
from grader.scoring.suite import read_suite
from tests.commands.regrade.conftest import SPEC, SUITE, RecordedClass

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from grader.commands.batch.batch import BatchOutcome
    from grader.grading.pool import Event
    from grader.reports.result import ResultFile
    from grader.scoring.suite import Suite

STUDENTS = 6


@dataclass
class Tally:
    kills: int = 0
    in_the_middle: dict[str, int] = field(default_factory=dict)
    """How many kills came while a command of each kind was at work."""
    faults: list[str] = field(default_factory=list)


class Silent:
    """Shows nothing."""

    def begin(self, requests: list[GradingRequest], done: list[ResultFile]) -> None: ...

    def on_event(self, event: Event) -> None: ...

    def end(self, outcome: BatchOutcome) -> None: ...

    def close(self) -> None: ...


class KilledClass:
    """A class whose teacher's computer loses power all the time."""

    def __init__(self, place: Path) -> None:
        create_key(place / "key.pem")
        self.environ = {"GRADER_LEDGER_KEY": str(place / "key.pem"), "XDG_STATE_HOME": str(place / "state")}
        self.folder = place / "results"
        exercises = [place / name / "tp9" for name in ("mild", "strict")]
        for exercise in exercises:
            exercise.mkdir(parents=True)
            (exercise / "exercise.toml").write_text(SPEC, "utf-8")
            (exercise / "test_1.py").write_text(SUITE, "utf-8")
        model = RecordedClass(exercises[0], place / "model")
        self.result = model.grade("model", port=5000)
        self.recording = result_path(model.results, "tp9", "model").with_suffix(".recording").read_bytes()
        strict = RecordedClass(exercises[1], place)
        strict.change("points=5, fr", "points=8, fr")
        strict.change("points=15,", "points=12,")
        self.suites = [read_suite(exercise) for exercise in exercises]
        self.public_key = place / "key.pem.pub"

    def ids(self) -> list[str]:
        return [f"e{number}" for number in range(STUDENTS)]

    def batch(self, _number: int) -> None:
        requests = tuple(
            GradingRequest(exercise=self.suites[0].folder, student=Student(id=student)) for student in self.ids()
        )
        batch = Batch(self.suites[0], requests, self.folder, new_attempt=True, environ=self.environ)
        batch.run(Silent(), self._grade_all)

    def _grade_all(self, _suite: Suite, requests: list[GradingRequest]) -> Generator[Event]:
        for request in requests:
            yield GradingStarted(request)
            result = msgspec.structs.replace(self.result, student=request.student)
            yield GradingFinished(request, result, self.recording)

    def mark(self, number: int) -> None:
        student = self.ids()[number % STUDENTS]
        wanted = CorrectionRequest(self.folder, "tp9", student, because=f"reason {number}", by="prof")
        record_correction(wanted, "bonus", "", 1, self.environ)

    def regrade(self, number: int) -> None:
        report = regrade(self.folder, self.suites[number % 2])
        write_changes(report, f"regrade {number}", "en", environ=self.environ)

    def forget(self, number: int) -> None:
        with open_ledger(self.folder, self.environ) as ledger:
            forget(ledger, {self.ids()[number % STUDENTS]}, self.environ, "en")

    def faults(self) -> list[str]:
        """Whatever is not as an undisturbed teacher would find it."""
        with open_ledger(self.folder, self.environ) as ledger:
            entries = list(ledger.entries)
        found = [str(fault) for fault in verify_results(self.folder, read_public_key(self.public_key)).faults]
        found += [f"{path} is left" for path in self.folder.rglob(f"{PREPARED}*")]
        for student in self.ids():
            own = [entry for entry in entries if entry.student == student]
            runs = [(entry.body["attempt"], entry.body["revision"]) for entry in own if entry.kind != "correction"]
            attempts = sorted({attempt for attempt, _ in runs})
            if len(runs) != len(set(runs)) or attempts != list(range(1, len(attempts) + 1)):
                found.append(f"{student} has the attempts {runs}")
            kept = len(archived_results(result_path(self.folder, "tp9", student)))
            if runs and kept + 1 != len(runs):
                found.append(f"{student} has {kept} archived results of {len(runs)} runs")
        return found


def kill_and_look(place: Path, count: int, seed: int = 1) -> Tally:
    """Kills `count` processes that write to one folder, one after another; each finds what the one before left."""
    chance = random.Random(seed)  # noqa: S311 - for choosing moments, repeatably
    killed, tally = KilledClass(place), Tally()
    commands: list[Callable[[int], None]] = [killed.batch, killed.mark, killed.regrade, killed.mark, killed.forget]
    killed.batch(0)
    acknowledged: dict[int, str] = {}
    numbers = itertools.count(1)
    longest_s: float | None = None
    while tally.kills < count:
        first = next(numbers) * 100
        order = commands[:]
        chance.shuffle(order)
        began = time.monotonic()
        names, acks = _disturb(order, first, None if longest_s is None else chance.uniform(0.0, longest_s))
        # The first is left alone, and says how long they take here.
        tally.kills += longest_s is not None
        longest_s = longest_s or time.monotonic() - began
        for place_in_order, name in enumerate(acks):
            if name == "forget":
                forgotten = f"e{(first + place_in_order) % STUDENTS}"
                acknowledged = {number: of for number, of in acknowledged.items() if of != forgotten}
            if name == "mark":
                acknowledged[first + place_in_order] = f"e{(first + place_in_order) % STUDENTS}"
        if len(acks) < len(names):
            at_work = names[len(acks)]
            tally.in_the_middle[at_work] = tally.in_the_middle.get(at_work, 0) + 1
            if at_work == "forget":  # it may have been noted, and then it is finished
                maybe = f"e{(first + len(acks)) % STUDENTS}"
                acknowledged = {number: of for number, of in acknowledged.items() if of != maybe}
        tally.faults += killed.faults()
    tally.faults += _lost(killed, acknowledged)
    return tally


def _lost(killed: KilledClass, acknowledged: dict[int, str]) -> list[str]:
    """Corrections that a command had acknowledged and that are not in the ledger once."""
    with open_ledger(killed.folder, killed.environ) as ledger:
        reasons = [entry.body["because"] for entry in ledger.entries if entry.kind == "correction"]
    found = [f"{reason} is there twice" for reason in set(reasons) if reasons.count(reason) > 1]
    graded_then = {number: of for number, of in acknowledged.items() if f"reason {number}" not in reasons}
    return found + [f"reason {number} of {of} is lost" for number, of in graded_then.items()]


def _disturb(commands: list[Callable[[int], None]], first: int, after_s: float | None) -> tuple[list[str], list[str]]:
    """Runs the commands in a process, and kills it; returns their names, and of those that had come to their end.

    With `None` it is left to end.
    """
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(readable)
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device
            os.dup2(nowhere.fileno(), 2)
        for place, command in enumerate(commands):
            outcome = b""
            try:
                command(first + place)
            except GraderError:  # such as of somebody who was forgotten and has no result
                outcome = b" refused"
            os.write(writable, command.__name__.encode() + outcome + b"\n")
        os._exit(0)
    os.close(writable)
    if after_s is not None:
        time.sleep(after_s)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(readable, "rb") as acks:
        done = acks.read().decode().splitlines()
    return [command.__name__ for command in commands], done


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="grader-kills-") as folder:
        print(kill_and_look(Path(folder), int(sys.argv[1])))  # noqa: T201
