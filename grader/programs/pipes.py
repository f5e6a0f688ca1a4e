"""Reads a pipe in a thread, up to a maximum size, so that the program that writes to it never waits."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO

Found = TypeVar("Found")

_CHUNK: Final = 64 * 1024


class PipeReader:
    """Reads the first `max_bytes` bytes of an unbuffered pipe in a thread, then closes it."""

    def __init__(self, pipe: IO[bytes], max_bytes: int, on_full: Callable[[], None] = lambda: None) -> None:
        """`on_full` is called in that thread when `max_bytes` bytes have been read."""
        self._pipe = pipe
        self._max_bytes = max_bytes
        self._on_full = on_full
        self._output = bytearray()
        self._changed = threading.Condition()
        self._ended = False
        threading.Thread(target=self._read_to_end, daemon=True, name="grader-pipe").start()

    @property
    def output(self) -> bytes:
        with self._changed:
            return bytes(self._output)

    @property
    def is_full(self) -> bool:
        with self._changed:
            return len(self._output) >= self._max_bytes

    def wait_for(self, look: Callable[[bytes], Found | None], until: float) -> Found | None:
        """The result of `look` for the output so far, as soon as it is not `None`.

        `None` if the pipe is full or has ended, or at `until` of the monotonic clock.
        """
        with self._changed:
            while True:
                found = look(bytes(self._output))
                left_s = until - time.monotonic()
                if found is not None or self._ended or left_s <= 0:
                    return found
                self._changed.wait(left_s)

    def wait_for_end(self, until: float) -> None:
        self.wait_for(lambda _: None, until)

    def _read_to_end(self) -> None:
        with self._pipe, suppress(OSError):
            while chunk := self._pipe.read(min(_CHUNK, self._max_bytes - len(self._output))):
                with self._changed:
                    self._output += chunk
                    self._changed.notify_all()
        if self.is_full:
            self._on_full()
        with self._changed:
            self._ended = True
            self._changed.notify_all()
