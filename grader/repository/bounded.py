"""Runs a program that may never end, print without end, or fill the disk: it is ended within its limits."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from grader.machine.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

__all__ = ["Ended", "Finished", "Limits", "run_bounded"]

_TICK_S: Final = 0.25
"""How often the watch looks; a disk takes about 500 MB in that time."""
_AFTER_END_S: Final = 1.0
"""For what a program that has ended left in its pipes; a process it left behind may hold them open for ever."""
_KEPT: Final = 64 * 1024
_LINE: Final = 400
"""Characters of a line that is kept as evidence."""


class Ended(Enum):
    BY_ITSELF = "by-itself"
    TIME = "time"
    OUTPUT = "output"
    WATCH = "watch"
    """The watch said so: disk, memory, …"""
    NOT_STARTED = "not-started"


@dataclass(frozen=True, slots=True)
class Limits:
    seconds: float
    output_bytes: int = 1024 * 1024
    """Of everything printed; past it the program is ended."""
    lines: int = 20
    """Kept of the end of what was printed."""


@dataclass(frozen=True, slots=True)
class Finished:
    ended: Ended
    code: int | None
    """The exit code, negative for a signal; `None` where it was ended or never started."""
    stdout: bytes
    """From its start, at most `output_bytes`."""
    stderr: tuple[str, ...]
    """Its lines, the last 64 KiB of them, cleaned."""
    last_lines: tuple[str, ...]
    """Of stdout and stderr together, cleaned; what it printed last is what explains how it ended."""
    seconds: float
    reason: str = ""
    """What the watch said, or why it could not be started."""

    @property
    def succeeded(self) -> bool:
        return self.ended is Ended.BY_ITSELF and self.code == 0


def run_bounded(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    limits: Limits,
    watch: Callable[[int], str | None] = lambda _: None,
    pass_fds: Sequence[int] = (),
) -> Finished:
    """Runs `argv` in a session of its own with exactly the environment `env`, and returns when it has ended.

    `watch` is given the program's id four times a second, and ends it by returning a reason. The process group is
    killed at the end, however that came; for what leaves the group, see `sandbox`.
    """
    begun = time.monotonic()
    try:
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            pass_fds=pass_fds,
        )
    except OSError as error:
        return Finished(Ended.NOT_STARTED, None, b"", (), (), 0.0, f"{argv[0]}: {error.strerror}")
    reading = _Reading(process, limits)
    try:
        ended, reason = _attend(process, reading, begun + limits.seconds, watch)
    finally:
        _kill_group(process)
    reading.rest()
    code = process.returncode if ended is Ended.BY_ITSELF else None
    return Finished(
        ended, code, bytes(reading.stdout), reading.errors(), reading.last_lines(), time.monotonic() - begun, reason
    )


def _attend(
    process: subprocess.Popen[bytes], reading: _Reading, deadline: float, watch: Callable[[int], str | None]
) -> tuple[Ended, str]:
    next_look = time.monotonic()
    while process.poll() is None:
        now = time.monotonic()
        if now > deadline:
            return Ended.TIME, ""
        if now >= next_look:
            if (reason := watch(process.pid)) is not None:
                return Ended.WATCH, reason
            next_look = time.monotonic() + _TICK_S
        reading.read(min(_TICK_S / 5, max(0.0, deadline - now)))
        if reading.is_too_much:
            return Ended.OUTPUT, ""
    return Ended.BY_ITSELF, ""


class _Reading:
    """Both pipes of a program: a head of the one, a tail of the two."""

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits) -> None:
        self.stdout = bytearray()
        self._stderr = b""
        self._limits = limits
        self._total = 0
        self._tail: deque[bytes] = deque(maxlen=limits.lines)
        self._part = b""
        self._selector = selectors.DefaultSelector()
        self._pipes = [pipe for pipe in (process.stdout, process.stderr) if pipe is not None]
        for pipe in self._pipes:
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe, selectors.EVENT_READ, pipe is process.stdout)

    @property
    def is_too_much(self) -> bool:
        return self._total > self._limits.output_bytes

    def read(self, within_s: float) -> bool:
        """Whether anything came."""
        if not self._selector.get_map():
            time.sleep(within_s)
            return False
        came = False
        for key, _ in self._selector.select(within_s):
            data = os.read(key.fd, 65536)
            if not data:
                self._selector.unregister(key.fileobj)
                continue
            came = True
            self._total += len(data)
            if key.data:
                self.stdout += data[: max(0, self._limits.output_bytes - len(self.stdout))]
            else:
                self._stderr = (self._stderr + data)[-_KEPT:]
            self._keep(data)
        return came

    def rest(self) -> None:
        """What is still in the pipes, without waiting for whoever else holds them."""
        deadline = time.monotonic() + _AFTER_END_S
        while not self.is_too_much and time.monotonic() < deadline and self.read(0.0):
            pass
        self._selector.close()
        for pipe in self._pipes:
            pipe.close()

    def errors(self) -> tuple[str, ...]:
        return tuple(visible(line, _LINE) for line in self._stderr.splitlines())

    def last_lines(self) -> tuple[str, ...]:
        lines = [*self._tail, self._part] if self._part else list(self._tail)
        return tuple(visible(line.rstrip(b"\r"), _LINE) for line in lines[-self._limits.lines :])

    def _keep(self, data: bytes) -> None:
        *whole, self._part = (self._part + data).split(b"\n")
        self._tail.extend(whole)
        # A line without end is kept by its end, which is where a program says what went wrong.
        self._part = self._part[-_KEPT:]


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    except PermissionError:  # every member runs as somebody else by now: the sandbox ends those
        process.kill()
    process.wait()
