"""`grader-handin/1`: one zip file with a recording of the machine, the result seen there, and when it was made.

It is made by a student who is root on that machine, so nothing in it is proved: the school judges the recording again
with its own suite, and uses the rest only to ask questions.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from grader.errors import GraderError, MachineUnreachable
from grader.handin.bounded_zip import files_in, open_zip, read_member
from grader.machine.recording.format import MAX_BYTES, Recording, decode_recording, encode_recording
from grader.reports.result import ResultFile, encode_result

_ABOUT: Final = "handin.json"
_RECORDING: Final = "machine.recording"
_RESULT: Final = "result.json"
_LIMITS: Final = {_ABOUT: 64 * 1024, _RECORDING: MAX_BYTES, _RESULT: 16 * 2**20}
MAX_HANDIN_BYTES: Final = sum(_LIMITS.values())
SUFFIX: Final = ".handin.zip"

_Line = Annotated[str, Meta(max_length=200)]


class HandinAbout(msgspec.Struct, frozen=True, kw_only=True):
    exercise: _Line
    student: Annotated[str, Meta(min_length=1, max_length=200)]
    """As the student typed it. Moodle says who has uploaded the file."""
    made_at: _Line
    """By the clock of the student's computer: UTC, ISO 8601."""
    code: _Line = ""
    """The word that the teacher gave out with the exercise, if one was."""
    digests: dict[str, str] = {}
    """SHA-256 of the other files, by name."""
    format: Literal["grader-handin/1"] = "grader-handin/1"


@dataclass(frozen=True)
class Handin:
    about: HandinAbout
    recording: Recording
    receipt: str
    """SHA-256 of the file: the student has it, too."""


def encode_handin(result: ResultFile, recording: Recording, code: str) -> bytes:
    contents = {_RECORDING: encode_recording(recording), _RESULT: encode_result(result)}
    about = HandinAbout(
        exercise=result.exercise,
        student=result.student.id,
        made_at=result.started_at,
        code=code,
        digests={name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:  # the recording is compressed already
        for name, content in {_ABOUT: msgspec.json.encode(about), **contents}.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()


def receipt_of(content: bytes) -> str:
    """What the student keeps, to show later which file it was."""
    return hashlib.sha256(content).hexdigest()


def decode_handin(content: bytes) -> Handin:
    """Reads the file. Raises `GraderError` if it is none, or if its parts do not belong together."""
    with open_zip(content) as archive:
        members = list(files_in(archive))
        names = [member.filename for member in members]
        if sorted(names) != sorted(_LIMITS):
            raise GraderError("handin.not-a-handin")
        parts = {member.filename: read_member(archive, member, _LIMITS[member.filename]) for member in members}
    try:
        about = msgspec.json.decode(parts[_ABOUT], type=HandinAbout)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise GraderError("handin.not-a-handin") from error
    if any(about.digests.get(name) != receipt_of(parts[name]) for name in (_RECORDING, _RESULT)):
        raise GraderError("handin.changed")
    try:
        recording = decode_recording(parts[_RECORDING], _RECORDING)
    except MachineUnreachable as error:
        raise GraderError("handin.recording", fault=error) from error
    return Handin(about, recording, receipt_of(content))
