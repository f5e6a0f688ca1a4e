"""What a submission is, as the policy reads it: found, checked and advised on in the sandbox, handed over as data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from grader.errors import GraderError
from grader.reports.results import Advice  # noqa: TC001  # msgspec reads the annotations at run time
from grader.repository.bounded import Limits
from grader.repository.program import program_mounts
from grader.repository.refusal import Place, Refusal, Review
from grader.repository.tools import plain_environment
from grader.repository.watch import Quota, QuotaOn
from grader.repository.work import COMPOSE_NAMES, Kind, Work, is_compose_override

if TYPE_CHECKING:
    from grader.repository.sandbox import Sandbox
    from grader.repository.workspace import Workspace

__all__ = [
    "ComposeProject",
    "Reading",
    "ReadingFailed",
    "decode_reading",
    "encode_reading",
    "read_submission",
]

_LIMITS: Final = Limits(seconds=90, output_bytes=8 * 1024 * 1024)
_QUOTA: Final = Quota(disk_bytes=64 << 20, files=1000, memory_bytes=1 << 30)


class ReadingFailed(GraderError):
    """The submission could not be read: past a limit, or a failure of our own. It is not graded."""


class ComposeService(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of a service is bounded already, so that a bound of ours may not stand beside it."""

    name: str
    memory: bool = False
    processes: bool = False
    file_size: bool = False


class ComposeProject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The compose file as Compose understands it."""

    name: str
    services: tuple[ComposeService, ...] = ()


class Reading(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    work: Work | None = None
    review: Review
    project: ComposeProject | None = None
    advice: list[Advice] = []


def read_submission(sandbox: Sandbox, workspace: Workspace, exercise: str, *, scripts: bool) -> Reading:
    """Reads the frozen copy in the sandbox. Raises `ReadingFailed`.

    `scripts` says whether the engine's machine is one that a student's shell may have.
    """
    done = sandbox.run(
        [sys.executable, "-I", "-m", "grader.repository.reader", exercise, *(["--scripts"] if scripts else [])],
        cwd=workspace.work,
        env=plain_environment(workspace.home, PWD=str(workspace.work)),
        mounts=[*program_mounts(), *workspace.frozen_mounts],
        limits=_LIMITS,
        watch=QuotaOn(_QUOTA, workspace.tmp),
    )
    if not done.succeeded:
        last = done.last_lines[-1] if done.last_lines else ""
        raise ReadingFailed(f"its files could not be read: {done.reason or done.ended.value} {last}".strip())
    return decode_reading(done.stdout)


def encode_reading(reading: Reading) -> bytes:
    return msgspec.json.encode(_readable(msgspec.to_builtins(reading, enc_hook=str)))


def _readable(value: Any) -> Any:
    """With a replacement mark for each byte of a file's name that is no UTF-8: JSON cannot hold it."""
    match value:
        case str():
            return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        case dict():
            return {key: _readable(one) for key, one in value.items()}
        case list() | tuple():
            return [_readable(one) for one in value]
        case _:
            return value


def decode_reading(data: bytes) -> Reading:
    """Checked before it is believed: what read the files may have been misled by them. Raises `ReadingFailed`."""
    try:
        reading = msgspec.json.decode(data, type=Reading, dec_hook=_decoded)
    except msgspec.DecodeError as error:
        raise ReadingFailed(f"its files could not be read: {error}") from error
    work = reading.work
    if work is not None and not _is_sound(work):
        raise ReadingFailed("its files could not be read: no such work")
    return reading


def _is_sound(work: Work) -> bool:
    """Whether folder and files are ones that `find_work` can give."""
    names = {Kind.SCRIPT: {"up.sh"}, Kind.COMPOSE: set(COMPOSE_NAMES), Kind.DOCKERFILE: {"Dockerfile"}}[work.kind]
    inside = not work.folder.is_absolute() and ".." not in work.folder.parts
    return inside and work.file in names and (work.override is None or is_compose_override(work.override))


def _decoded(wanted: type, value: Any) -> Any:
    if wanted is Path:
        return Path(value)
    raise NotImplementedError(wanted)


# Named here since msgspec resolves them in this module.
_ = (Place, Refusal)
