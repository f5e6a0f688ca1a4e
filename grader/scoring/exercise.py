"""One exercise of a run: its sheet, its machine and its ledger, from collection to the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from grader.machine.machine import Machine
    from grader.machine.sheet import Sheet
    from grader.scoring.ledger import Ledger
    from grader.scoring.spec import CheckSpec

__all__ = ["Exercise"]


@dataclass
class Exercise:
    folder: Path
    sheet: Sheet
    ledger: Ledger | None = None
    """Open once everything is collected."""
    machine: Machine | None = None
    """There once the first check asks for it."""
    specs: list[CheckSpec] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.folder.name
