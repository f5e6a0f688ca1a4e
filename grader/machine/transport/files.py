"""Files and folders of this computer, for the bind mounts of a local engine."""

from __future__ import annotations

import os
import stat
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.machine.docker_desktop import local_path
from grader.machine.question import Answer, FileQuestion, NoAnswer
from grader.machine.temporary_files import PREFIX, STALE_S, is_abandoned, is_grader_file
from grader.machine.transport.port_listeners import find_listening_program

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES: Final = 1024 * 1024
"""Bytes of a file that are read."""
MAX_ENTRIES: Final = 1000
"""Names of a folder that are listed."""
_READ: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Without waiting: reading a pipe, or some files of the kernel, blocks until somebody writes."""
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


class NoFiles:
    """For machines whose files cannot be seen: an engine behind TCP."""

    def ask(self, question: FileQuestion) -> Answer | NoAnswer:
        return NoAnswer("not-at-hand", question.path)


class LocalFiles:
    def ask(self, question: FileQuestion) -> Answer | NoAnswer:  # noqa: C901, PLR0911 - one return per outcome
        """`list` gives one name per line, with a `/` after a folder's, `listener` a name; 404 if there is none.

        `identify` gives two lines: `device:inode` and the real path.
        """
        path = local_path(question.path)
        try:
            match question.operation:
                case "identify":
                    real = path.expanduser().resolve(strict=True)
                    status = real.stat()
                    return Answer(200, os.fsencode(f"{status.st_dev}:{status.st_ino}\n{real}"))
                case "list":
                    return self._list(path)
                case "listener":
                    return self._listener(int(question.path))
                case "read":
                    return self._read(path)
                case "write":
                    return self._write(path, question.body)
                case "remove":
                    if is_grader_file(question.path):
                        with _open_folder(path) as (folder, name):
                            os.unlink(name, dir_fd=folder)
                    return Answer()
        except (FileNotFoundError, NotADirectoryError):
            return Answer(404)
        except OSError as error:
            return NoAnswer("no-access", error.strerror or "")
        # A NUL, or half a character, in a name that an engine gave; an account without a home; links in a circle.
        except (ValueError, RuntimeError) as error:
            return NoAnswer("no-access", str(error))

    @staticmethod
    def _list(path: Path) -> Answer:
        names = (entry.name + ("/" if entry.is_dir() else "") for entry in path.iterdir())
        shown = [name for name, _ in zip(names, range(MAX_ENTRIES), strict=False)]
        return Answer(200, "\n".join(sorted(shown)).encode("utf-8", "surrogateescape"))

    @staticmethod
    def _listener(port: int) -> Answer:
        program = find_listening_program(port)
        return Answer(200, program.encode()) if program else Answer(404)

    @staticmethod
    def _read(path: Path) -> Answer:
        opened = os.open(path, _READ)
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            os.close(opened)
            return Answer(404)
        with os.fdopen(opened, "rb") as file:
            body = file.read(MAX_BYTES + 1)
        return Answer(200, body[:MAX_BYTES], truncated=len(body) > MAX_BYTES)

    @staticmethod
    def _write(path: Path, body: bytes) -> Answer | NoAnswer:
        if not is_grader_file(path.name):
            raise RuntimeError(f"a run writes only {PREFIX} names, not {path}")
        with _open_folder(path) as (folder, name):
            for left in _leftovers_in(folder, path):
                _remove_if_abandoned(left, folder)
            with os.fdopen(os.open(name, _CREATE, 0o644, dir_fd=folder), "wb") as file:
                file.write(body)
                if folder is not None:
                    os.fchmod(file.fileno(), 0o644)
        return Answer()


def _leftovers_in(folder: int | None, path: Path) -> list[str]:
    """Files of this and other runs in the folder: names, or full paths on Windows."""
    if folder is None:
        return [str(left) for left in path.parent.glob(PREFIX + "*")]
    return [left for left in os.listdir(folder) if left.startswith(PREFIX)]  # noqa: PTH208 - a descriptor


def _remove_if_abandoned(left: str, folder: int | None) -> None:
    """Removes a file of a run that was killed."""
    dead = is_abandoned(Path(left).name)
    if dead or (dead is None and time.time() - os.lstat(left, dir_fd=folder).st_mtime > STALE_S):
        os.unlink(left, dir_fd=folder)


@contextmanager
def _open_folder(path: Path) -> Iterator[tuple[int | None, str]]:
    """The folder of `path`, held open, and the name in there; `None` and the full path on Windows.

    The path comes from an engine: it is the folder that is mounted in a container only if no link leads to
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
