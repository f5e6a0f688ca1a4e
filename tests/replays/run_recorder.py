"""Records what a test has graded, if it is a right answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.machine.recording.format import Recording
from grader.machine.recording.recorder import Recorder
from grader.machine.transport.interface import TransportFacts
from tests.replays.names import test_recording_name
from tests.replays.raw_recording import RawRecording, write_raw

if TYPE_CHECKING:
    from pathlib import Path

    from grader.machine.machine import Machine
    from grader.scoring.scorecard import Scorecard
    from grader.scoring.suite import Suite


@dataclass
class RunRecorder:
    folder: Path
    test: str
    """Its node id."""
    home: Path
    has_recorded: bool = False

    def __call__(self, suite: Suite, machine: Machine, scorecard: Scorecard) -> None:
        """Keeps the first run in which every check passed: a test may grade twice."""
        if self.has_recorded or any(row.outcome.verdict != "passed" for row in scorecard):
            return
        assert isinstance(machine.transport, Recorder)
        name = test_recording_name(suite.id, self.test)
        about = Recording(
            exercise=suite.id,
            student=name,
            machine=TransportFacts(""),
            ports=str(machine.ports or ""),
            passive=machine.passive,
            disposable=machine.disposable,
        )
        spec = suite.folder / "exercise.toml"
        taken = RawRecording(
            name=name,
            recording=machine.transport.recording(about),
            home=str(self.home),
            test=self.test,
            # Only a copy of the exercise has no solutions beside it.
            spec="" if (suite.folder / "solutions").is_dir() else spec.read_text(encoding="utf-8"),
        )
        write_raw(self.folder, taken)
        self.has_recorded = True
