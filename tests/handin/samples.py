"""Files to hand in, and the zip file that Moodle makes of them."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from grader.handin.handin_file import encode_handin
from grader.reports.result import Student
from tests.replays.replay import to_recording
from tests.replays.stored_recording import read_stored
from tests.reports.samples import RUNS, graded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@cache
def handin(student: str, solution: str = "tp2/reference", code: str = "", at: str = "2026-10-12T15:00:00Z") -> bytes:
    """The file of a student who did what the recorded `solution` did."""
    recording = replace(to_recording(read_stored(solution)), student=student, started_at=at)
    result = replace(graded(Student(id=student), [RUNS], solution.partition("/")[0]), started_at=at)
    return encode_handin(result, recording, code)


def zipped(members: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def moodle_zip(path: Path, files: Mapping[tuple[str, int], bytes], *, folders: bool = True) -> Path:
    """As Moodle writes it: `files` by the student's name and number in the assignment."""
    end = "_/tp2.handin.zip" if folders else "_tp2.handin.zip"
    named = {f"{name}_{number}_assignsubmission_file{end}": content for (name, number), content in files.items()}
    path.write_bytes(zipped(named))
    return path
