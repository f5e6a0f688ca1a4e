"""A solution's recording as it comes from an engine: raw, with all that is needed to store it in git."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from grader.machine.recording.format import Recording

if TYPE_CHECKING:
    from pathlib import Path


class RawRecording(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    """`tp2/wrong/port-reversed`."""
    recording: Recording
    home: str = ""
    """The student's home while it was recorded; empty if its path shows it (`/grader-rehearsal-…/home`)."""
    test: str = ""
    """The id of the test that it was recorded from, for another right answer."""
    spec: str = ""
    """The text of `exercise.toml`, if that test has changed it."""


def write_raw(folder: Path, taken: RawRecording) -> None:
    path = folder / f"{taken.name}.taken"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.msgpack.encode(taken))


def read_raw(path: Path) -> RawRecording:
    return msgspec.msgpack.decode(path.read_bytes(), type=RawRecording)
