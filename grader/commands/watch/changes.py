"""Detects what can change a verdict: events of the engine, and files in mounted folders."""

from __future__ import annotations

import os
import queue
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from grader.errors import MachineUnreachable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.machine.transport.interface import DirectTransport

_IGNORED_ACTIONS: Final = (
    "exec_",
    "top",
    "archive-path",
    "extract-to-dir",
    "export",
    "attach",
    "detach",
    "resize",
    "copy",
)
"""Actions that change nothing. Our own questions cause some of them."""
_MAX_ENTRIES: Final = 2000


@dataclass(frozen=True)
class EngineChange:
    """A change of the object with that id; `lists` is true if an object was created, removed or renamed."""

    id: str = ""
    lists: bool = False
    in_folder: bool = False
    """True if a mounted folder has changed, not the engine."""
    lost: MachineUnreachable | None = None


class _Actor(msgspec.Struct):
    ID: str = ""
    Attributes: dict[str, str] = {}


class _Event(msgspec.Struct):
    Type: str = ""
    Action: str = ""
    Actor: _Actor = msgspec.field(default_factory=_Actor)


class EventReader:
    """Reads the engine's events in a thread, and puts relevant ones in a queue."""

    def __init__(self, transport: DirectTransport) -> None:
        self.changes: queue.SimpleQueue[EngineChange] = queue.SimpleQueue()
        self._transport = transport
        threading.Thread(target=self._read, daemon=True, name="grader-events").start()

    def _read(self) -> None:
        try:
            for line in self._transport.events():
                change = read_event(line)
                if change:
                    self.changes.put(change)
        except MachineUnreachable as error:
            self.changes.put(EngineChange(lost=error))


def read_event(line: bytes) -> EngineChange | None:
    """Parses an event; `None` if it changes no verdict or cannot be parsed."""
    try:
        event = msgspec.json.decode(line, type=_Event)
    except msgspec.DecodeError:
        return None
    if event.Type not in {"container", "network", "volume", "image", "service", "node"}:
        return None
    if event.Action.startswith(_IGNORED_ACTIONS):
        return None
    # The id of a network event is the network's; the container is an attribute.
    of = event.Actor.Attributes.get("container", event.Actor.ID) if event.Type == "network" else event.Actor.ID
    return EngineChange(of, lists=event.Action in {"create", "destroy", "rename", "start", "tag", "untag", "delete"})


class FolderMonitor:
    """Notices when a file in a folder of this machine is created, removed or written."""

    def __init__(self) -> None:
        self._seen: dict[str, frozenset[tuple[str, int, int]]] = {}

    def has_changed(self, folders: Iterable[str]) -> bool:
        """True if any folder has changed since the last call."""
        found = False
        for folder in folders:
            now = _entries(folder)
            found = found or self._seen.get(folder, now) != now
            self._seen[folder] = now
        return found


def _entries(folder: str) -> frozenset[tuple[str, int, int]]:
    entries: set[tuple[str, int, int]] = set()
    try:
        with os.scandir(folder) as listed:
            for entry, _ in zip(listed, range(_MAX_ENTRIES), strict=False):
                if not entry.name.startswith(".grader-"):
                    about = entry.stat(follow_symlinks=False)
                    entries.add((entry.name, about.st_mtime_ns, about.st_size))
    except (OSError, ValueError):  # a NUL in a name from the engine
        return frozenset()
    return frozenset(entries)
