"""Output of a process of ours, taken as it comes so that the process never waits, and never more than a given size."""

from __future__ import annotations

import subprocess
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import IO

__all__ = ["PipeReader", "Ran", "run_bounded"]

Found = TypeVar("Found")

_CHUNK: Final = 64 * 1024


class PipeReader:
    """Keeps the first `most` bytes of an unbuffered pipe, then closes it, in a thread of its own."""

    def __init__(self, pipe: IO[bytes], most: int, on_full: Callable[[], None] = lambda: None) -> None:
        """`on_full` is called, in that thread, once there are `most` bytes."""
        self._pipe = pipe
        self._most = most
        self._on_full = on_full
        self._heard = bytearray()
        self._news = threading.Condition()
        self._ended = False
        threading.Thread(target=self._listen, daemon=True, name="grader-pipe").start()

    @property
    def heard(self) -> bytes:
        with self._news:
            return bytes(self._heard)

    @property
    def is_full(self) -> bool:
        with self._news:
            return len(self._heard) >= self._most

    def wait_for(self, look: Callable[[bytes], Found | None], until: float) -> Found | None:
        """What `look` finds in all that was heard, as soon as it does.

        `None` where the pipe is full or at its end without that, or at `until` of the monotonic clock.
        """
        with self._news:
            while True:
                found = look(bytes(self._heard))
                left_s = until - time.monotonic()
                if found is not None or self._ended or left_s <= 0:
                    return found
                self._news.wait(left_s)

    def wait_for_end(self, until: float) -> None:
        self.wait_for(lambda _: None, until)

    def _listen(self) -> None:
        with self._pipe, suppress(OSError):
            while chunk := self._pipe.read(min(_CHUNK, self._most - len(self._heard))):
                with self._news:
                    self._heard += chunk
                    self._news.notify_all()
        if self.is_full:
            self._on_full()
        with self._news:
            self._ended = True
            self._news.notify_all()


class Ran(NamedTuple):
    code: int | None
    """The exit code; `None` where it was stopped: too slow, or too much to say."""
    out: bytes
    err: bytes


def run_bounded(command: Sequence[str], *, within_s: float, most: int) -> Ran:
    """Runs `command` without a shell, for at most `within_s` seconds and `most` bytes of output. Raises `OSError`."""
    until = time.monotonic() + within_s
    process = subprocess.Popen(
        command,
        bufsize=0,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for us: what was begun is put back over this very way
    )
    assert process.stdout  # noqa: S101 - asked for above
    assert process.stderr  # noqa: S101
    out, err = PipeReader(process.stdout, most + 1), PipeReader(process.stderr, _CHUNK)
    code = None
    try:
        out.wait_for_end(until)
        err.wait_for_end(until)
        if not out.is_full:
            with suppress(subprocess.TimeoutExpired):
                code = process.wait(max(0.0, until - time.monotonic()))
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    return Ran(code, out.heard[:most], err.heard)
