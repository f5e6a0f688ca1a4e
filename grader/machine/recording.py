"""`grader-recording/1`: everything that was asked of a machine and answered, in one compressed file.

A first line says what it is, then comes msgpack in zlib. It is read with care: it may have been made by anyone.
"""

from __future__ import annotations

import os
import stat
import zlib
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from grader.errors import MachineUnreachable
from grader.machine.link import LinkFacts  # noqa: TC001 - msgspec reads the annotations
from grader.machine.question import Answer, NoAnswer, Question  # noqa: TC001 - as above
from grader.machine.text import visible

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Exchange", "KeptEngine", "Lost", "Recording", "encode_recording", "read_recording"]

_FORMAT: Final = b"grader-recording/1\n"
_FAMILY: Final = b"grader-recording/"
MOST_EXCHANGES: Final = 20_000
LARGEST: Final = 96 * 1024 * 1024
"""Bytes of a recording, compressed or not: more than a recorder keeps."""


_Line = Annotated[str, Meta(max_length=2000)]
"""A text of which nobody writes more than a line. A recording may come from anyone: what it says goes into results."""


class Lost(msgspec.Struct, frozen=True, tag="lost"):
    """The machine could not be asked any more: what `MachineUnreachable` said."""

    code: Annotated[str, Meta(pattern=r"\A[a-z0-9-]{1,60}\Z")]
    values: Annotated[dict[Annotated[str, Meta(pattern=r"\A[a-z_]{1,40}\Z")], _Line], Meta(max_length=32)] = {}

    @classmethod
    def of(cls, error: MachineUnreachable) -> Lost:
        return cls(error.code, {name: visible(value, 2000) for name, value in error.values.items()})

    def again(self) -> MachineUnreachable:
        return MachineUnreachable(self.code, **self.values)


class Exchange(msgspec.Struct, frozen=True, array_like=True):
    question: Question
    answer: Answer | NoAnswer | Lost
    at: Annotated[float, Meta(ge=0, le=1e7)]
    """Seconds from the beginning of the recording to the answer."""


class KeptEngine(msgspec.Struct, frozen=True):
    """What `EngineVersion` knows."""

    product: _Line
    version: _Line
    api: _Line
    oldest_api: _Line


class Recording(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    exercise: _Line
    student: _Line
    student_name: _Line = ""
    machine: LinkFacts
    engine: KeptEngine | None = None
    """`None` where the engine never told its version."""
    lost: Lost | None = None
    """Why the machine could not even be connected to."""
    ports: _Line = ""
    """The student's own range, such as `41200-41209`."""
    passive: bool = False
    disposable: bool = False
    suite: _Line = ""
    """SHA-256 of the suite that asked."""
    grader: _Line = ""
    started_at: _Line = ""
    exchanges: Annotated[list[Exchange], Meta(max_length=MOST_EXCHANGES)] = []
    inventory: Annotated[list[Exchange], Meta(max_length=MOST_EXCHANGES)] = []
    """The inspect data of all that was on the machine at the end, for checks that are written later."""
    is_whole: bool = True
    """False where the machine answered more than is kept."""


def encode_recording(recording: Recording) -> bytes:
    return _FORMAT + zlib.compress(msgspec.msgpack.encode(recording), 6)


def read_recording(path: Path) -> Recording:
    """The recording at `path`, checked. Raises `MachineUnreachable` where it is not there or not one."""
    where = visible(str(path), 1000)
    try:
        # Without waiting: a pipe has nothing to say until somebody writes.
        with os.fdopen(
            os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb"
        ) as file:
            data = file.read(LARGEST + 1) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""
    except OSError as error:
        raise MachineUnreachable("recording-missing", where=where, detail=error.strerror or "") from error
    first = data[: len(_FORMAT) + 20].partition(b"\n")[0]
    if first.startswith(_FAMILY) and first + b"\n" != _FORMAT:
        raise MachineUnreachable("recording-other-format", where=where, detail=visible(first, 40))
    if not data.startswith(_FORMAT):
        raise MachineUnreachable("recording-unreadable", where=where, detail="no grader-recording line")
    if len(data) > LARGEST:
        raise MachineUnreachable("recording-unreadable", where=where, detail=f"> {LARGEST} bytes")
    try:
        return msgspec.msgpack.decode(_decompressed(data[len(_FORMAT) :]), type=Recording)
    except (zlib.error, msgspec.DecodeError, RecursionError, ValueError) as error:
        detail = visible(str(error), 120)
        raise MachineUnreachable("recording-unreadable", where=where, detail=detail) from error


def _decompressed(data: bytes) -> bytes:
    """Raises `ValueError` where it comes to more than `LARGEST`, `zlib.error` where it is damaged."""
    stream = zlib.decompressobj()
    content = stream.decompress(data, LARGEST)
    if not stream.eof:
        raise ValueError(f"> {LARGEST} bytes" if stream.unconsumed_tail else "cut off")
    return content
