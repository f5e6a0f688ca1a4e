"""Records what a test has graded, where that is a right answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.machine.link import LinkFacts
from grader.machine.recorder import Recorder
from grader.machine.recording import Recording
from tests.replays.names import name_of_test
from tests.replays.taken import Taken, write_taken

if TYPE_CHECKING:
    from pathlib import Path

    from grader.machine.machine import Machine
    from grader.scoring.ledger import Ledger
    from grader.scoring.suite import Suite

__all__ = ["Taker"]


@dataclass
class Taker:
    folder: Path
    test: str
    """Its node id."""
    home: Path
    has_taken: bool = False

    def __call__(self, suite: Suite, machine: Machine, ledger: Ledger) -> None:
        """Keeps the first that passed whole: a test may grade twice."""
        if self.has_taken or any(row.outcome.verdict != "passed" for row in ledger):
            return
        assert isinstance(machine.link, Recorder)
        name = name_of_test(suite.id, self.test)
        about = Recording(
            exercise=suite.id,
            student=name,
            machine=LinkFacts(""),
            ports=str(machine.ports or ""),
            passive=machine.passive,
            disposable=machine.disposable,
        )
        sheet = suite.folder / "exercise.toml"
        taken = Taken(
            name=name,
            recording=machine.link.recording(about),
            home=str(self.home),
            test=self.test,
            # Only a copy of the exercise has no solutions beside it.
            sheet="" if (suite.folder / "solutions").is_dir() else sheet.read_text(encoding="utf-8"),
        )
        write_taken(self.folder, taken)
        self.has_taken = True
