"""The lock of an exercise's folder: whoever writes there for longer than one result holds it."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Final

from grader.errors import GraderError

if TYPE_CHECKING:
    from pathlib import Path

LOCK: Final = ".grader-lock"


def lock_folder(folder: Path) -> IO[bytes]:
    """The lock, held until it is closed. Raises `GraderError` if another program holds it."""
    import fcntl  # noqa: PLC0415 - batches are for Linux and macOS; single runs must not need it

    lock = (folder / LOCK).open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise GraderError("results.locked", path=folder) from error
    return lock
