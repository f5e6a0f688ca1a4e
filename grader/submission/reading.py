"""Reads a submission in the sandbox: its layout, the policy's review and advice, returned as data."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from grader.errors import GraderError
from grader.programs.bounded import Limits
from grader.programs.tools import plain_environment
from grader.reports.result import Advice
from grader.submission.layout import (
    COMPOSE_NAMES,
    DOCKERFILE_NAMES,
    SCRIPT_NAME,
    BringUpKind,
    SubmissionLayout,
    is_compose_override,
)
from grader.submission.policy.findings import Place, Refusal, Review
from grader.submission.sandbox.programs import grader_mounts
from grader.submission.sandbox.quota import FolderQuota, Quota

if TYPE_CHECKING:
    from grader.submission.sandbox.sandbox import Sandbox
    from grader.submission.workspace import Workspace

_LIMITS: Final = Limits(seconds=90, output_bytes=8 * 1024 * 1024)
_HASHED_BYTES: Final = 1 << 20
_QUOTA: Final = Quota(disk_bytes=64 << 20, files=1000, memory_bytes=1 << 30)


class ReadingFailed(GraderError):
    """The submission could not be read: past a limit, or a failure of our own. It is not graded."""


class ReadingRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be read."""

    exercise: str
    """Its name, such as `tp6`."""
    project: str = ""
    """The name of its Compose project; empty if it has none."""
    builds_image: bool = False
    """Whether a Dockerfile alone is a submission for it."""
    folder: str = ""
    """The submission's folder below the repository; empty to find it."""
    scripts: bool = False
    """Whether a student's script may run on the engine's machine."""
    handed_out: tuple[str, ...] = ()
    """Hashes of the Dockerfiles that the teacher gives: see `file_hash`."""


class ComposeService(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which limits a service sets itself, so that ours must not be added."""

    name: str
    limits_memory: bool = False
    limits_processes: bool = False
    limits_file_size: bool = False


class ComposeProject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The compose file as Compose understands it."""

    name: str
    services: tuple[ComposeService, ...] = ()


class Reading(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    layout: SubmissionLayout | None = None
    candidates: tuple[str, ...] = ()
    """Folders of which any could be the submission's: then there is no layout."""
    review: Review = Review()
    project: ComposeProject | None = None
    advice: list[Advice] = []


def read_submission(sandbox: Sandbox, workspace: Workspace, request: ReadingRequest) -> Reading:
    """Reads the frozen copy in the sandbox. Raises `ReadingFailed`."""
    done = sandbox.run(
        [
            sys.executable,
            "-I",
            "-m",
            "grader.submission.reading_process",
            msgspec.json.encode(request).decode(),
        ],
        cwd=workspace.working_copy,
        env=plain_environment(workspace.home, PWD=str(workspace.working_copy)),
        mounts=[*grader_mounts(), *workspace.frozen_mounts],
        limits=_LIMITS,
        watch=FolderQuota(_QUOTA, workspace.tmp),
    )
    if not done.succeeded:
        last = done.last_lines[-1] if done.last_lines else f"({done.code})" if done.code is not None else ""
        detail = f"{done.reason or done.end_reason.value} {last}".strip()
        raise ReadingFailed("repository.reading", detail=detail)
    return decode_reading(done.stdout, request)


def file_hash(path: Path) -> str:
    """The same for two texts that differ only in line ends and in space at the end of lines."""
    lines = path.read_bytes()[:_HASHED_BYTES].splitlines()
    return hashlib.sha256(b"\n".join(line.rstrip() for line in lines).rstrip()).hexdigest()


def encode_reading(reading: Reading) -> bytes:
    return msgspec.json.encode(_with_replacement_marks(msgspec.to_builtins(reading, enc_hook=str)))


def _with_replacement_marks(value: Any) -> Any:
    """With a replacement mark for each byte of a file's name that is no UTF-8: JSON cannot hold it."""
    match value:
        case str():
            return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        case dict():
            return {key: _with_replacement_marks(one) for key, one in value.items()}
        case list() | tuple():
            return [_with_replacement_marks(one) for one in value]
        case _:
            return value


def decode_reading(data: bytes, request: ReadingRequest) -> Reading:
    """Checked before it is believed: what read the files may have been misled by them. Raises `ReadingFailed`."""
    try:
        reading = msgspec.json.decode(data, type=Reading, dec_hook=_decode_path)
    except msgspec.DecodeError as error:
        raise ReadingFailed("repository.reading", detail=error) from error
    work = reading.layout
    if work is not None and not _is_possible(work, request):
        raise ReadingFailed("repository.reading", detail=f"{work.kind.value} {work.file}")
    return reading


def _is_possible(work: SubmissionLayout, request: ReadingRequest) -> bool:
    """Whether folder, files and project are ones that can be found for `request`."""
    names = {
        BringUpKind.SCRIPT: {SCRIPT_NAME},
        BringUpKind.COMPOSE: set(COMPOSE_NAMES),
        BringUpKind.DOCKERFILE: set(DOCKERFILE_NAMES),
    }[work.kind]
    is_inside = not work.folder.is_absolute() and ".." not in work.folder.parts
    is_file = work.file in names and (work.override is None or is_compose_override(work.override))
    return is_inside and is_file and work.project_name in {"", request.project}


def _decode_path(wanted: type, value: Any) -> Any:
    if wanted is Path:
        return Path(value)
    raise NotImplementedError(wanted)


# Named here since msgspec resolves them in this module.
_ = (Place, Refusal)
