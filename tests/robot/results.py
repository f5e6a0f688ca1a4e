"""What became of each known-wrong solution, in a file with one line per solution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from pathlib import Path


class Repair(msgspec.Struct, omit_defaults=True):
    """One known-wrong solution, graded and repaired until everything passed or nothing helped."""

    name: str
    """Such as `tp2/wrong/port-reversed`."""
    codes: list[str] = []
    """The diagnosis of each round."""
    is_repaired: bool = False
    regressions: list[str] = []
    """Checks that had passed and did not after a remedy, as `round code: check`."""
    stuck: str = ""
    """Why it went no further."""

    @property
    def rounds(self) -> int:
        return len(self.codes)


def read_repairs(path: Path) -> list[Repair]:
    """None if the file does not exist."""
    lines = path.read_bytes().splitlines() if path.is_file() else []
    return [msgspec.json.decode(line, type=Repair) for line in lines]


def add_repair(path: Path, repair: Repair) -> None:
    with path.open("ab") as file:
        file.write(msgspec.json.encode(repair) + b"\n")
