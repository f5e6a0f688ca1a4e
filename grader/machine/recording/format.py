"""`grader-recording/1`: all questions to a machine and its answers, in one compressed file.

The first line names the format; msgpack in zlib follows. It is not trusted: anyone may have made it.
"""

from __future__ import annotations

import os
import stat
import zlib
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from grader.errors import MachineUnreachable
from grader.machine.question import Answer, NoAnswer, Question
from grader.machine.transport.interface import TransportFacts
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from pathlib import Path

_FORMAT: Final = b"grader-recording/1\n"
_FAMILY: Final = b"grader-recording/"
MAX_EXCHANGES: Final = 20_000
MAX_BYTES: Final = 96 * 1024 * 1024
"""Bytes of a recording, compressed or not: more than a recorder writes."""


_Line = Annotated[str, Meta(max_length=2000)]
"""A short text. A recording may come from anyone, and its texts go into results."""


class ConnectionLost(msgspec.Struct, frozen=True, tag="lost"):
    """The machine was lost: the code and values of the `MachineUnreachable`."""

    code: Annotated[str, Meta(pattern=r"\A[a-z0-9-]{1,60}\Z")]
    values: Annotated[dict[Annotated[str, Meta(pattern=r"\A[a-z_]{1,40}\Z")], _Line], Meta(max_length=32)] = {}

    @classmethod
    def from_error(cls, error: MachineUnreachable) -> ConnectionLost:
        return cls(error.code, {name: escape_control_characters(value, 2000) for name, value in error.values.items()})

    def to_error(self) -> MachineUnreachable:
        return MachineUnreachable(self.code, **self.values)


class RecordedExchange(msgspec.Struct, frozen=True, array_like=True):
    question: Question
    answer: Answer | NoAnswer | ConnectionLost
    at: Annotated[float, Meta(ge=0, le=1e7)]
    """Seconds from the beginning of the recording to the answer."""


class RecordedEngine(msgspec.Struct, frozen=True):
    """What `EngineVersion` knows."""

    product: _Line
    version: _Line
    api: _Line
    oldest_api: _Line


class Recording(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    exercise: _Line
    student: _Line
    student_name: _Line = ""
    machine: TransportFacts
    engine: RecordedEngine | None = None
    """`None` if the engine never answered with its version."""
    lost: ConnectionLost | None = None
    """Why there was no connection to the machine at all."""
    ports: _Line = ""
    """The student's own range, such as `41200-41209`."""
    passive: bool = False
    disposable: bool = False
    suite: _Line = ""
    """SHA-256 of the suite that asked."""
    grader: _Line = ""
    started_at: _Line = ""
    exchanges: Annotated[list[RecordedExchange], Meta(max_length=MAX_EXCHANGES)] = []
    inventory: Annotated[list[RecordedExchange], Meta(max_length=MAX_EXCHANGES)] = []
    """The inspect data of the machine at the end, for checks that are written later: see `recording_minimization`."""
    is_whole: bool = True
    """False if the machine answered more than is recorded."""


def encode_recording(recording: Recording) -> bytes:
    return _FORMAT + zlib.compress(msgspec.msgpack.encode(recording), 6)


def read_recording(path: Path) -> Recording:
    """The recording at `path`, validated. Raises `MachineUnreachable` if there is none."""
    where = escape_control_characters(str(path), 1000)
    try:
        # Without waiting: a pipe has nothing to say until somebody writes.
        with os.fdopen(
            os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb"
        ) as file:
            data = file.read(MAX_BYTES + 1) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""
    except OSError as error:
        raise MachineUnreachable("recording-missing", where=where, detail=error.strerror or "") from error
    return decode_recording(data, where)


def decode_recording(data: bytes, where: str) -> Recording:
    """The recording in `data`, validated. Raises `MachineUnreachable`, which says `where` it is from."""
    first = data[: len(_FORMAT) + 20].partition(b"\n")[0]
    if first.startswith(_FAMILY) and first + b"\n" != _FORMAT:
        raise MachineUnreachable("recording-other-format", where=where, detail=escape_control_characters(first, 40))
    if not data.startswith(_FORMAT):
        raise MachineUnreachable("recording-unreadable", where=where, detail="no grader-recording line")
    if len(data) > MAX_BYTES:
        raise MachineUnreachable("recording-unreadable", where=where, detail=f"> {MAX_BYTES} bytes")
    try:
        return msgspec.msgpack.decode(_decompressed(data[len(_FORMAT) :]), type=Recording)
    except (zlib.error, msgspec.DecodeError, RecursionError, ValueError) as error:
        detail = escape_control_characters(str(error), 120)
        raise MachineUnreachable("recording-unreadable", where=where, detail=detail) from error


def _decompressed(data: bytes) -> bytes:
    """Raises `ValueError` if the result is too large, `zlib.error` if the data is damaged."""
    stream = zlib.decompressobj()
    content = stream.decompress(data, MAX_BYTES)
    if not stream.eof:
        raise ValueError(f"> {MAX_BYTES} bytes" if stream.unconsumed_tail else "cut off")
    return content
