"""What every part of the benchmarks uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.lab import ensure_images
from tests.robot.remedies import EXERCISES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab import Engine, Lab


@dataclass(frozen=True)
class BenchmarkSettings:
    lab: Lab
    engine: Engine
    folder: Path
    """The part's own folder, removed afterwards."""
    machines: int = 40
    """Number of machines in the larger class."""
    smaller_class: int = 12
    """Number of machines in the smaller class."""
    rounds: int = 7
    """Number of rounds in which the compared programs run alternately."""
    recorded: int = 10_000
    """Number of recorded machines in one batch."""
    regraded: int = 1000
    """Number of recordings to regrade."""
    image_solutions: int = 8
    """Number of wrong solutions per exercise to grade in the grader's image."""
    kills: int = 10
    """Number of batches to kill and resume."""
    events: int = 50
    """Number of engine events to time a watch with."""
    solutions: tuple[str, ...] = EXERCISES
    """The known-wrong solutions to repair, such as `tp2` or `tp2/wrong/port-reversed`."""

    def images(self) -> None:
        ensure_images(self.engine, self.lab, ("nginx", "ubuntu"))
