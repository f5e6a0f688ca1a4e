"""The zip file of all submissions that Moodle gives for an assignment.

Each file is `<name>_<number>_assignsubmission_file_/<file>`, or without the folder if the teacher chose so; the number
is that of the worksheet's `Participant 123456`. An anonymous assignment has `Participant` for the name
(mod/assign/locallib.php, download_submissions, of Moodle 4).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grader.errors import GraderError
from grader.handin.bounded_zip import files_in, open_zip, read_member
from grader.handin.handin_file import MAX_HANDIN_BYTES
from grader.text.escaping import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MEMBER: Final = re.compile(
    r"(?:.*/)?(?P<name>[^/]{1,200}?)_(?P<participant>[0-9]{1,12})_assignsubmission_file_?(?:/(?:.*/)?|_)?(?P<file>[^/]+)"
)


@dataclass(frozen=True)
class MoodleSubmission:
    """One file that a student has handed in."""

    participant: str
    """Moodle's own number of the student in the assignment."""
    name: str
    """As Moodle writes it; `Participant` in an anonymous assignment."""
    file: str
    content: bytes | GraderError
    """Or why it cannot be read."""


def read_moodle_zip(path: Path) -> Iterator[MoodleSubmission]:
    """The files of all students, one after the other. Raises `GraderError` if it is no zip file of an assignment."""
    with open_zip(path) as archive:
        found = 0
        for member in files_in(archive):
            match = _MEMBER.fullmatch(member.filename)
            if match is None:
                continue
            found += 1
            content: bytes | GraderError
            try:
                content = read_member(archive, member, MAX_HANDIN_BYTES)
            except GraderError as error:
                content = error
            yield MoodleSubmission(
                participant=match["participant"],
                name=one_line(match["name"]),
                file=one_line(match["file"]),
                content=content,
            )
        if not found:
            raise GraderError("handin.not-moodle")
