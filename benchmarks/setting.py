"""What every part of the bench stands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.lab import ensure_images

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab import Engine, Lab

__all__ = ["Setting"]


@dataclass(frozen=True)
class Setting:
    lab: Lab
    engine: Engine
    place: Path
    """A folder of the part's own, gone afterwards."""
    machines: int = 40
    """How many machines the larger class has."""
    small: int = 12
    """How many the smaller class has."""
    rounds: int = 7
    """How often what is compared is run in turn."""
    recorded: int = 10_000
    """How many recorded machines one campaign has."""
    regraded: int = 1000
    """How many recordings are judged again."""
    kills: int = 10
    """How many campaigns are killed and resumed."""
    events: int = 50
    """How many events of the engine a watch is timed by."""

    def images(self) -> None:
        ensure_images(self.engine, self.lab, ("nginx", "ubuntu"))
