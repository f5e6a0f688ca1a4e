"""The last entry that this computer has seen of each ledger, so that an older copy put back is noticed.

An older folder with its older ledger is in itself without fault: only somebody who has seen the newer one can tell.
Each receipt of a student is such a witness; this is the teacher's own.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grader.atomic_file import write_atomically
from grader.errors import GraderError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.ledger.reading import LedgerState


class _Head(msgspec.Struct, frozen=True):
    folder: str
    count: int
    head: str
    at: str


@dataclass(frozen=True)
class KnownHeads:
    """A file per ledger, named by the ledger's id."""

    folder: Path

    @classmethod
    def of_user(cls, environ: Mapping[str, str]) -> KnownHeads:
        state = environ.get("XDG_STATE_HOME") or Path(environ.get("HOME") or Path.home(), ".local", "state")
        return cls(Path(state, "container-lab-grader", "ledgers"))

    def require(self, state: LedgerState, folder: Path, *, has_results: bool) -> None:
        """Raises `GraderError` if this computer has seen a newer ledger than `state`, or another in this folder.

        An empty folder may be a new one of the same name.
        """
        known = self._read(state.id) if state.id else None
        if known is not None and not state.has_head(known.count, known.head):
            where = {"path": folder, "file": self._path(state.id)}
            raise GraderError("ledger.older", count=len(state.lines), known=known.count, at=known.at, **where)
        for path, other in self._others(state, folder) if has_results else ():
            raise GraderError("ledger.replaced", path=folder, known=other.count, at=other.at, file=path)

    def note(self, state: LedgerState, folder: Path) -> None:
        """Remembers the last entry. Without a home folder to write to, nothing is remembered."""
        if not state.lines:
            return
        now = f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
        head = _Head(str(folder.resolve()), len(state.lines), state.head, now)
        with contextlib.suppress(OSError):
            for path, _ in self._others(state, folder):
                path.unlink(missing_ok=True)
            write_atomically(self._path(state.id), msgspec.json.encode(head))

    def _others(self, state: LedgerState, folder: Path) -> list[tuple[Path, _Head]]:
        """Other ledgers that were seen in this folder."""
        here = str(folder.resolve())
        found = [(path, self._read(path.stem)) for path in self.folder.glob("*.json") if path.stem != state.id]
        return [(path, head) for path, head in found if head is not None and head.folder == here]

    def _path(self, ledger: str) -> Path:
        return self.folder / f"{ledger}.json"

    def _read(self, ledger: str) -> _Head | None:
        try:
            return msgspec.json.decode(self._path(ledger).read_bytes(), type=_Head)
        except (OSError, msgspec.DecodeError):
            return None
