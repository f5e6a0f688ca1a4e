"""Files and folders of this very machine, for the bind mounts of a local engine."""

from __future__ import annotations

import os
import stat
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.machine.desktop import local_path
from grader.machine.question import Answer, FileQuestion, NoAnswer
from grader.machine.traces import PREFIX, STALE_S, is_of_a_dead_run, is_ours

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CAP", "ENTRIES", "LocalFiles", "NoFiles"]

CAP: Final = 1024 * 1024
"""Bytes of a file that are read."""
ENTRIES: Final = 1000
"""Names of a folder that are told."""
_READ: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Without waiting: a pipe, and some of the kernel's own files, have nothing to say until somebody writes."""
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class NoFiles:
    """For machines whose files cannot be seen: an engine behind TCP."""

    def ask(self, question: FileQuestion) -> Answer | NoAnswer:
        return NoAnswer("not-at-hand", question.path)


class LocalFiles:
    def ask(self, question: FileQuestion) -> Answer | NoAnswer:  # noqa: PLR0911 - one return an outcome
        """`list` gives one name a line, folders with a `/` behind; 404 where there is no such thing."""
        path = local_path(question.path)
        try:
            match question.operation:
                case "list":
                    names = (entry.name + ("/" if entry.is_dir() else "") for entry in path.iterdir())
                    shown = [name for name, _ in zip(names, range(ENTRIES), strict=False)]
                    return Answer(200, "\n".join(sorted(shown)).encode("utf-8", "surrogateescape"))
                case "read":
                    return self._read(path)
                case "write":
                    return self._write(path, question.body)
                case "remove":
                    if is_ours(question.path):
                        with _folder(path) as (folder, name):
                            os.unlink(name, dir_fd=folder)
                    return Answer()
        except (FileNotFoundError, NotADirectoryError):
            return Answer(404)
        except OSError as error:
            return NoAnswer("no-access", error.strerror or "")
        except ValueError as error:  # a NUL, or half a character, in a name that an engine gave
            return NoAnswer("no-access", str(error))

    @staticmethod
    def _read(path: Path) -> Answer:
        opened = os.open(path, _READ)
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            os.close(opened)
            return Answer(404)
        with os.fdopen(opened, "rb") as file:
            body = file.read(CAP + 1)
        return Answer(200, body[:CAP], truncated=len(body) > CAP)

    @staticmethod
    def _write(path: Path, body: bytes) -> Answer | NoAnswer:
        if not is_ours(path.name):
            raise RuntimeError(f"a run writes only {PREFIX} names, not {path}")
        with _folder(path) as (folder, name):
            for left in _left_in(folder, path):
                _sweep(left, folder)
            with os.fdopen(os.open(name, _CREATE, 0o644, dir_fd=folder), "wb") as file:
                file.write(body)
                if folder is not None:
                    os.fchmod(file.fileno(), 0o644)
        return Answer()


def _left_in(folder: int | None, path: Path) -> list[str]:
    """What runs have left in the folder, this one's neighbours included: names, or whole paths on Windows."""
    if folder is None:
        return [str(left) for left in path.parent.glob(PREFIX + "*")]
    return [left for left in os.listdir(folder) if left.startswith(PREFIX)]  # noqa: PTH208 - a descriptor


def _sweep(left: str, folder: int | None) -> None:
    """Removes what a run that was killed has left there."""
    dead = is_of_a_dead_run(Path(left).name)
    if dead or (dead is None and time.time() - os.lstat(left, dir_fd=folder).st_mtime > STALE_S):
        os.unlink(left, dir_fd=folder)


@contextmanager
def _folder(path: Path) -> Iterator[tuple[int | None, str]]:
    """The folder of `path`, held open, and the name in there; `None` and the whole path on Windows.

    Which folder it is was told by an engine: it is the one that is mounted in a container only where no link leads to
    another on the way, and a container may put one there at any moment. Raises `OSError` for a link.
    """
    if os.open not in os.supports_dir_fd or not path.is_absolute():
        yield None, str(path)
        return
    held = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in path.parent.parts[1:]:
            further = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=held)
            os.close(held)
            held = further
        yield held, path.name
    finally:
        os.close(held)
