"""The command `grader export`: the students' copy of exercises, without the solutions."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import click

from grader.atomic_file import write_atomically
from grader.command_options import PATH, command, lang_option
from grader.errors import GraderError
from grader.exercise.find import EXERCISES, find_exercise
from grader.exercise.material import students_files
from grader.messages import Texts
from grader.scoring.suite import read_suite
from grader.settings import language_of

if TYPE_CHECKING:
    from pathlib import Path

_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
"""The same exercises give the same file, whenever they are exported."""


@command
@click.argument("exercises", nargs=-1, required=True)
@click.option("--to", type=PATH, required=True)
@lang_option
def export(*, exercises: tuple[str, ...], to: Path, lang: str) -> None:
    """Writes a zip file that students unpack: handouts, specs, checks and material."""
    if to.suffix != ".zip":
        raise GraderError("usage.not-a-zip", path=to)
    suites = [read_suite(find_exercise(name)) for name in exercises]
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for suite in sorted(suites, key=lambda one: one.id):
            for path in students_files(suite.folder):
                _add(archive, path, f"{EXERCISES}/{suite.id}/{path.relative_to(suite.folder).as_posix()}")
        count = len(archive.namelist())
    try:
        write_atomically(to, content.getvalue())
    except OSError as error:
        raise GraderError("usage.not-writable", path=to, detail=error.strerror) from error
    names = ", ".join(sorted(suite.id for suite in suites))
    print(Texts("commands", language_of(lang, os.environ))("export.written", file=to, exercises=names, count=count))


def _add(archive: ZipFile, path: Path, name: str) -> None:
    """Adds a file with its permissions: scripts stay executable."""
    entry = ZipInfo(name, _LONG_AGO)
    entry.external_attr = (0o755 if os.access(path, os.X_OK) else 0o644) << 16
    entry.compress_type = ZIP_DEFLATED
    archive.writestr(entry, path.read_bytes())
