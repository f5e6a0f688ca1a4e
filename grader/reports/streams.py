"""Standard output and errors that outlive whoever reads them: what is being graded is graded to its end."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing import TextIO

    from typing_extensions import Buffer

__all__ = ["Lasting", "end_as_ctrl_c_does", "lasting", "open_all_three"]

_LOST: Final = {errno.EPIPE, errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""The reader went away (`| head -1`), the terminal was closed, or the disk is full."""


class Lasting(io.FileIO):
    """A file that swallows what it cannot write any more, and keeps why."""

    lost: OSError | None = None

    def write(self, data: Buffer, /) -> int:
        size = memoryview(data).nbytes
        if self.lost:
            return size
        try:
            return super().write(data) or 0
        except OSError as error:
            if error.errno not in _LOST:
                raise
            self.lost = error
            return size

    @property
    def is_incomplete(self) -> bool:
        """Something is missing from it that somebody may want; nobody does who closed the pipe."""
        return self.lost is not None and self.lost.errno not in {errno.EPIPE, errno.EIO}


def open_all_three() -> None:
    """Opens on nothing what a caller closed of 0, 1 and 2 (`>&-`): the next file to be opened would take its place."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            empty = os.open(os.devnull, os.O_RDWR)
            if empty != number:
                os.dup2(empty, number)
                os.close(empty)
            setattr(sys, name, os.fdopen(number, "w" if number else "r", encoding="utf-8", closefd=False))


def lasting(stream: TextIO) -> tuple[TextIO, Lasting | None]:
    """`stream`, and below it a file that lasts; what is no file of the system's stays as it is."""
    if os.name != "posix" or not isinstance(stream, io.TextIOWrapper):
        return stream, None
    try:
        number = stream.fileno()
    except io.UnsupportedOperation:  # one that only gathers text, such as a test's
        return stream, None
    stream.flush()
    raw = Lasting(number, "wb", closefd=False)
    text = io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
    return text, raw


def end_as_ctrl_c_does() -> None:
    """A job that is cancelled, or a terminal that is closed, ends as Ctrl-C does: what was dropped is taken away.

    What somebody chose to ignore (`nohup`) stays ignored.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _interrupt)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
