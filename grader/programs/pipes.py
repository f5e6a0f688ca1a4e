"""Runs a process and reads its output at once, so that it never waits, up to a maximum size."""

from __future__ import annotations

import subprocess
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
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


class ProcessResult(NamedTuple):
    code: int | None
    """The exit code; `None` if it was stopped: too slow, or too much output."""
    out: bytes
    err: bytes


def run_bounded(command: Sequence[str], *, within_s: float, max_bytes: int) -> ProcessResult:
    """Runs `command` without a shell, for at most `within_s` seconds and `most` bytes of output. Raises `OSError`."""
    until = time.monotonic() + within_s
    process = subprocess.Popen(
        command,
        bufsize=0,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for us: cleaning up still needs this process
    )
    assert process.stdout  # noqa: S101 - asked for above
    assert process.stderr  # noqa: S101
    out, err = PipeReader(process.stdout, max_bytes + 1), PipeReader(process.stderr, _CHUNK)
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
    return ProcessResult(code, out.output[:max_bytes], err.output)
