"""Standard streams that survive the loss of their reader, so that a grading always runs to its end."""

from __future__ import annotations

import errno
import io
import os
import shutil
import signal
import sys
from typing import TYPE_CHECKING, Final

from grader.text.widths import wrap_to_width

if TYPE_CHECKING:
    from typing import TextIO

    from typing_extensions import Buffer

_LOST_ERRNOS: Final = {errno.EPIPE, errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""The reader is gone (`| head -1`), the terminal was closed, or the disk is full."""


class LossTolerantFile(io.FileIO):
    """A file that drops what it can no longer write, and remembers why."""

    lost: OSError | None = None

    def write(self, data: Buffer, /) -> int:
        size = memoryview(data).nbytes
        if self.lost:
            return size
        try:
            return super().write(data) or 0
        except OSError as error:
            if error.errno not in _LOST_ERRNOS:
                raise
            self.lost = error
            return size

    @property
    def is_incomplete(self) -> bool:
        """Whether output is missing that somebody wants; a reader who closed the pipe does not."""
        return self.lost is not None and self.lost.errno not in {errno.EPIPE, errno.EIO}


def open_standard_streams() -> None:
    """Opens closed standard streams (`>&-`) on /dev/null: otherwise the next file opened would take their place."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            empty = os.open(os.devnull, os.O_RDWR)
            if empty != number:
                os.dup2(empty, number)
                os.close(empty)
            setattr(sys, name, os.fdopen(number, "w" if number else "r", encoding="utf-8", closefd=False))


def wrap_for(stream: TextIO, text: str, first: str = "", rest: str = "") -> str:
    """`text` after `first`, wrapped between words if `stream` is a terminal; further lines begin with `rest`.

    A terminal by itself cuts words.
    """
    if not stream.isatty():
        return first + text
    # Not in the last column: some terminals add an empty line then.
    columns = shutil.get_terminal_size().columns - 1
    begins = [first, *[rest] * text.count("\n")]
    lines = [wrap_to_width(line, columns, begin, rest) for begin, line in zip(begins, text.split("\n"), strict=True)]
    return "\n".join(line for wrapped in lines for line in wrapped)


def tolerate_loss(stream: TextIO) -> tuple[TextIO, LossTolerantFile | None]:
    """`stream` over a loss-tolerant file; a stream without a file descriptor stays as it is."""
    if os.name != "posix" or not isinstance(stream, io.TextIOWrapper):
        return stream, None
    try:
        number = stream.fileno()
    except io.UnsupportedOperation:  # one in memory, such as a test's
        return stream, None
    stream.flush()
    raw = LossTolerantFile(number, "wb", closefd=False)
    text = io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
    return text, raw


def interrupt_on_termination() -> None:
    """Makes a cancelled job and a closed terminal end as Ctrl-C does, so that temporary files are removed.

    Signals that are ignored (`nohup`) stay ignored.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _interrupt)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
