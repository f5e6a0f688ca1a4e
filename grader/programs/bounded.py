"""Runs a program within limits of time, output, and whatever a watch measures (disk, memory)."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Final

from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

_TICK_S: Final = 0.25
"""How often the watch is called; a fast disk takes about 500 MB in that time."""
_DRAIN_S: Final = 1.0
"""To read what an ended program left in its pipes; a process that it left behind may keep them open forever."""
_TAIL_BYTES: Final = 64 * 1024
_LINE_LENGTH: Final = 400
"""Characters kept of a line of evidence."""


class EndReason(Enum):
    EXITED = "by-itself"
    TIME_LIMIT = "time"
    OUTPUT_LIMIT = "output"
    STOPPED_BY_WATCH = "watch"
    """The watch gave a reason: disk, memory, …"""
    NOT_STARTED = "not-started"


@dataclass(frozen=True, slots=True)
class Limits:
    seconds: float
    output_bytes: int = 1024 * 1024
    """Of all output; the program is killed beyond it."""
    lines: int = 20
    """Kept from the end of the output."""


@dataclass(frozen=True, slots=True)
class FinishedProgram:
    end_reason: EndReason
    code: int | None
    """The exit code, negative for a signal; `None` if it was killed or did not start."""
    stdout: bytes
    """The first `output_bytes` of it."""
    stderr: tuple[str, ...]
    """The lines of its last 64 KiB, with control characters escaped."""
    last_lines: tuple[str, ...]
    """Of stdout and stderr together, escaped: what a program prints last usually explains how it ended."""
    seconds: float
    reason: str = ""
    """The watch's reason, or why the program did not start."""

    @property
    def succeeded(self) -> bool:
        return self.end_reason is EndReason.EXITED and self.code == 0

    def stopped_by_watch(self, reason: str) -> FinishedProgram:
        """Return a copy that says that a watch found a limit exceeded after the end."""
        return replace(self, end_reason=EndReason.STOPPED_BY_WATCH, code=None, reason=reason)


def run_bounded(
    argv: Sequence[str],
    *,
    limits: Limits,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    watch: Callable[[int], str | None] = lambda _: None,
    pass_fds: Sequence[int] = (),
) -> FinishedProgram:
    """Run `argv` in its own session, and return when it has ended. Raises `ValueError` for an impossible argument.

    `env` is its whole environment; by default it has this process's environment and folder. Ctrl-C does not reach it.
    `watch` gets the program's process id four times a second, and stops it by returning a reason. The process group is
    killed at the end in any case; for processes that leave the group, see `sandbox`.
    """
    begun = time.monotonic()
    try:
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            pass_fds=pass_fds,
        )
    except OSError as error:
        return FinishedProgram(EndReason.NOT_STARTED, None, b"", (), (), 0.0, f"{argv[0]}: {error.strerror}")
    reading = _OutputReader(process, limits)
    try:
        ended, reason = _supervise(process, reading, begun + limits.seconds, watch)
    finally:
        _kill_group(process)
    reading.read_rest()
    if ended is EndReason.EXITED and reading.is_too_much:
        ended = EndReason.OUTPUT_LIMIT
    code = process.returncode if ended is EndReason.EXITED else None
    return FinishedProgram(
        ended,
        code,
        bytes(reading.stdout),
        reading.stderr_lines(),
        reading.last_lines(),
        time.monotonic() - begun,
        reason,
    )


def _supervise(
    process: subprocess.Popen[bytes], output: _OutputReader, deadline: float, watch: Callable[[int], str | None]
) -> tuple[EndReason, str]:
    next_look = time.monotonic()
    while process.poll() is None:
        now = time.monotonic()
        if now > deadline:
            return EndReason.TIME_LIMIT, ""
        if now >= next_look:
            if (reason := watch(process.pid)) is not None:
                return EndReason.STOPPED_BY_WATCH, reason
            next_look = time.monotonic() + _TICK_S
        within_s = min(_TICK_S / 5, max(0.0, deadline - now))
        if output.is_at_end:
            with suppress(subprocess.TimeoutExpired):
                process.wait(within_s)
        else:
            output.read(within_s)
        if output.is_too_much:
            return EndReason.OUTPUT_LIMIT, ""
    return EndReason.EXITED, ""


class _OutputReader:
    """Reads both pipes of a program: keeps the start of stdout, and the end of both."""

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits) -> None:
        self.stdout = bytearray()
        self._stderr = b""
        self._limits = limits
        self._total = 0
        self._tail: deque[bytes] = deque(maxlen=limits.lines)
        self._partial_line = b""
        self._selector = selectors.DefaultSelector()
        self._pipes = [pipe for pipe in (process.stdout, process.stderr) if pipe is not None]
        for pipe in self._pipes:
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe, selectors.EVENT_READ, pipe is process.stdout)

    @property
    def is_too_much(self) -> bool:
        return self._total > self._limits.output_bytes

    @property
    def is_at_end(self) -> bool:
        return not self._selector.get_map()

    def read(self, within_s: float) -> bool:
        """Return whether there was anything to read."""
        has_read = False
        for key, _ in self._selector.select(within_s):
            data = os.read(key.fd, 65536)
            if not data:
                self._selector.unregister(key.fileobj)
                continue
            has_read = True
            self._total += len(data)
            if key.data:
                self.stdout += data[: max(0, self._limits.output_bytes - len(self.stdout))]
            else:
                self._stderr = (self._stderr + data)[-_TAIL_BYTES:]
            self._append_to_tail(data)
        return has_read

    def read_rest(self) -> None:
        """Read what is still in the pipes, without waiting for other processes that hold them open."""
        deadline = time.monotonic() + _DRAIN_S
        while not self.is_too_much and time.monotonic() < deadline and not self.is_at_end and self.read(0.0):
            pass
        self._selector.close()
        for pipe in self._pipes:
            pipe.close()

    def stderr_lines(self) -> tuple[str, ...]:
        return tuple(escape_control_characters(line, _LINE_LENGTH) for line in self._stderr.splitlines())

    def last_lines(self) -> tuple[str, ...]:
        lines = [*self._tail, self._partial_line] if self._partial_line else list(self._tail)
        return tuple(
            escape_control_characters(line.rstrip(b"\r"), _LINE_LENGTH) for line in lines[-self._limits.lines :]
        )

    def _append_to_tail(self, data: bytes) -> None:
        *whole, self._partial_line = (self._partial_line + data).split(b"\n")
        self._tail.extend(whole)
        # Of a very long line the end is kept: that is where a program says what went wrong.
        self._partial_line = self._partial_line[-_TAIL_BYTES:]


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    except PermissionError:  # all members run as another user by now: the sandbox kills them
        process.kill()
    process.wait()
