"""What was typed after `grader course add`: a file, or a repository, with or without a version."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from grader.errors import GraderError

_ARCHIVES: Final = (".zip", ".whl")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class CourseSource:
    place: str
    """A path or an address."""
    version: str = ""
    """A tag or a branch; for a file, only a name for what is in it. Empty if none was given."""

    @property
    def is_archive(self) -> bool:
        return PurePosixPath(urlsplit(self.place).path if self.is_address else self.place).suffix in _ARCHIVES

    @property
    def is_address(self) -> bool:
        return "://" in self.place

    @property
    def name(self) -> str:
        """The course's name, unless another is given: the repository's or the file's."""
        last = re.split(r"[/:\\]", self.place.rstrip("/\\"))[-1]
        stem = last.removesuffix(".git")
        if self.is_archive:
            stem = stem.rsplit(".", 1)[0].partition("-")[0] if stem.endswith(".whl") else stem.rsplit(".", 1)[0]
        return valid_name(stem)


def parse_source(typed: str) -> CourseSource:
    """`PLACE` or `PLACE@VERSION`. The `@` of `git@host:course` is none of a version."""
    place, at, version = typed.rpartition("@")
    if not at or not place or Path(typed).exists() or re.search(r"[:/\\]", version):
        place, version = typed, ""
    if place.startswith(("-", "ext::")) or version.startswith("-") or re.search(r"[\0-\x1f]", typed):
        raise GraderError("added-course.source", given=repr(typed))
    if "://" not in place and "@" not in place:
        place = str(Path(place).resolve())
        if not Path(place).exists():
            raise GraderError("added-course.no-file", path=place)
    return CourseSource(place, version)


def valid_name(name: str) -> str:
    """Raises `GraderError` if a course cannot have that name, which is that of a folder."""
    if not _NAME.fullmatch(name):
        raise GraderError("added-course.name", given=repr(name))
    return name
