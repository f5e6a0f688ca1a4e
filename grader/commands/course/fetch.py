"""Fetches a course's files: clones a repository, downloads and unpacks a file. Runs nothing of it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import requests

from grader.commands.course.archive import MOST_BYTES, MOST_FILES, unpack
from grader.errors import GraderError
from grader.programs.bounded import Limits, run_bounded
from grader.programs.tools import find_tool
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from grader.commands.course.source import CourseSource

_CLONE_S: Final = 120.0
_READ_S: Final = 30.0
_CHUNK: Final = 64 * 1024
_SHOWN: Final = 12
_GIT: Final = (
    "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "filter.lfs.smudge=",
    "-c", "filter.lfs.process=", "-c", "filter.lfs.required=false", "-c", "submodule.recurse=false",
    "-c", "fetch.fsckObjects=true", "-c", "core.protectNTFS=true", "-c", "core.protectHFS=true",
)  # fmt: skip
"""Nothing of a repository is run, and nothing but itself is fetched."""
_WHEEL_VERSION: Final = re.compile(r"[^-]+-([^-]+)-.+\.whl")


def fetch(source: CourseSource, folder: Path, scratch: Path) -> str:
    """Puts the files into the new `folder`, and returns the version. Raises `GraderError`."""
    if not source.is_archive:
        return _clone(source, folder)
    archive = _download(source.place, scratch / "course") if source.is_address else Path(source.place)
    by_content = unpack(archive, folder)
    wheel = _WHEEL_VERSION.fullmatch(source.place.rsplit("/", 1)[-1])
    return source.version or (wheel[1] if wheel else by_content)


def _clone(source: CourseSource, folder: Path) -> str:
    git = find_tool("git", "git")
    # The user's own environment: their proxy, their keys, their credential helper.
    environ = os.environ | {"GIT_ALLOW_PROTOCOL": "file:http:https:ssh", "GIT_TERMINAL_PROMPT": "0"}
    wanted = ["--branch", source.version] if source.version else []
    command = [git, *_GIT, "clone", "--quiet", "--depth=1", "--template=", "--no-recurse-submodules", "--no-local"]
    done = run_bounded(
        [*command, *wanted, "--", source.place, str(folder)],
        limits=Limits(_CLONE_S, lines=2),
        env=environ,
        watch=lambda _: _excess(folder),
    )
    if not done.succeeded or _excess(folder):
        detail = done.reason or _excess(folder) or " · ".join(done.last_lines) or f"git: {done.code}"
        raise GraderError("added-course.not-fetched", source=source.place, detail=detail)
    head = run_bounded([git, "-C", str(folder), "rev-parse", "HEAD"], limits=Limits(10), env=environ)
    return source.version or head.stdout.decode("ascii", "replace").strip()[:_SHOWN]


def _excess(folder: Path) -> str | None:
    """Which bound a clone exceeds."""
    size = count = 0
    for root, _, names in os.walk(folder):
        for name in names:
            count += 1
            try:
                size += os.lstat(os.path.join(root, name)).st_size  # noqa: PTH118 - many files, four times a second
            except OSError:
                continue  # git has just renamed it
    return f"> {MOST_BYTES >> 20} MiB" if size > MOST_BYTES else f"> {MOST_FILES}" if count > MOST_FILES else None


def _download(address: str, target: Path) -> Path:
    try:
        with requests.get(address, stream=True, timeout=_READ_S) as response, target.open("wb") as out:
            response.raise_for_status()
            left = MOST_BYTES
            for chunk in response.iter_content(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise GraderError("added-course.too-large", most=MOST_BYTES >> 20)
                out.write(chunk)
    except (requests.RequestException, ValueError) as error:
        detail = escape_control_characters(str(error), 200)
        raise GraderError("added-course.not-fetched", source=address, detail=detail) from error
    return target
