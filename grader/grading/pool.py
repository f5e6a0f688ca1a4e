"""Runs many workers at a time, and enforces their deadlines. One thread, one loop, no shared state."""

from __future__ import annotations

import collections
import gc
import os
import selectors
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec

from grader.errors import MachineUnreachable
from grader.grading.frames import FrameReader, checked_result
from grader.grading.run import not_graded
from grader.grading.warm_up import warm_up
from grader.grading.worker import GradingTask, Worker, fork_worker, spawn_worker
from grader.machine.transport.engine_address import engine_key

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from grader.grading.request import GradingRequest
    from grader.reports.result import ResultFile
    from grader.scoring.suite import Suite

TICK_S: Final = 0.25
_CHUNK: Final = 256 * 1024


@dataclass(frozen=True)
class GradingStarted:
    request: GradingRequest


@dataclass(frozen=True)
class CheckStarted:
    request: GradingRequest
    check: str


@dataclass(frozen=True)
class GradingFinished:
    request: GradingRequest
    result: ResultFile
    recording: bytes | None = None
    crash: str = ""
    """The traceback of a worker with a bug, for standard error."""
    lost: str = ""
    """Why the worker sent no result: `machine-deadline` or `worker-died`."""


Event: TypeAlias = "GradingStarted | CheckStarted | GradingFinished | None"
"""`None` is a tick: nothing happened for a moment."""


@dataclass
class _RunningWorker:
    request: GradingRequest
    worker: Worker
    deadline: float
    reader: FrameReader
    result: ResultFile | None = None
    recording: bytes | None = None
    crash: str = ""


def default_jobs() -> int:
    """The default of `--jobs`: grading waits for machines far more than it computes."""
    return max(8, 8 * (os.cpu_count() or 1))


def grade_all(
    suite: Suite,
    requests: list[GradingRequest],
    at_once: int,
    start: Callable[[GradingRequest], Worker] | None = None,
) -> Generator[Event]:
    """Grades every request; each ends in exactly one `GradingFinished`, whatever its worker does.

    Requests that change anything on one engine are graded one after the other: each would see what the others' checks
    add, or see its own work disappear.

    `start` starts a worker; by default in the fastest way. Closing the iterator ends all workers.
    """
    waiting = RequestQueue(requests)
    running: dict[int, _RunningWorker] = {}
    is_warm = start is not None or not _can_fork()
    with selectors.DefaultSelector() as selector:
        try:
            while waiting or running:
                while len(running) < at_once and (request := waiting.next(one.request for one in running.values())):
                    worker = start(request) if start else _start_worker(suite, request)
                    deadline = time.monotonic() + request.deadline_s + worker.grace_s
                    one = _RunningWorker(request, worker, deadline, FrameReader(worker.max_output_bytes))
                    running[one.worker.readable] = one
                    selector.register(one.worker.readable, selectors.EVENT_READ)
                    yield GradingStarted(request)
                    if waiting and not is_warm:
                        # Once the first is on its way: it connects, and imports for itself, meanwhile.
                        warm_up(requests)
                        is_warm = True
                heard = selector.select(TICK_S)
                for key, _ in heard:
                    yield from _on_readable(suite, running, selector, running[key.fd])
                now = time.monotonic()
                for one in [one for one in running.values() if now > one.deadline]:
                    yield _finish(suite, running, selector, one, "machine-deadline")
                if not heard:
                    yield None
        finally:
            for one in running.values():
                one.worker.kill()
            gc.unfreeze()


class RequestQueue:
    """The requests that wait for their turn, and which of them must not run at the same time."""

    def __init__(self, requests: list[GradingRequest]) -> None:
        self._queue = collections.deque(requests)
        self._keys = {one.machine: engine_key(one.machine, os.environ) for one in requests if not one.passive}

    def __len__(self) -> int:
        return len(self._queue)

    def next(self, running: Iterable[GradingRequest]) -> GradingRequest | None:
        """The first request whose engine nobody else is changing; `None` if there is none now."""
        if not self._queue:
            return None
        taken = {self._key(request) for request in running} - {""}
        for at, request in enumerate(self._queue):
            if self._key(request) not in taken:
                del self._queue[at]
                return request
        return None

    def _key(self, request: GradingRequest) -> str:
        return "" if request.passive else self._keys.get(request.machine, "")


def _can_fork() -> bool:
    """True if a worker may be forked: forking is unsafe beside threads, and on other systems than Linux."""
    return sys.platform == "linux" and threading.active_count() == 1


def _start_worker(suite: Suite, request: GradingRequest) -> Worker:
    return fork_worker(suite, request) if _can_fork() else spawn_worker(GradingTask(request=request))


def _on_readable(
    suite: Suite, running: dict[int, _RunningWorker], selector: selectors.BaseSelector, one: _RunningWorker
) -> Iterator[Event]:
    data = os.read(one.worker.readable, _CHUNK)
    if not data:
        yield _finish(suite, running, selector, one, "worker-died")
        return
    try:
        for kind, content in one.reader.feed(data):
            match kind:
                case "check":
                    yield CheckStarted(one.request, content.decode("ascii", "replace")[:100])
                case "recording":
                    one.recording = content
                case "crash":
                    one.crash = content.decode("utf-8", "replace")
                case "result":
                    one.result = checked_result(content, one.request)
    except (ValueError, msgspec.DecodeError) as error:
        one.crash = str(error)
        yield _finish(suite, running, selector, one, "worker-died")


def _finish(
    suite: Suite, running: dict[int, _RunningWorker], selector: selectors.BaseSelector, one: _RunningWorker, code: str
) -> GradingFinished:
    """Ends a worker. `code` is the reason if it sent no result."""
    selector.unregister(one.worker.readable)
    del running[one.worker.readable]
    one.worker.kill()
    if one.result:
        return GradingFinished(one.request, one.result, one.recording, one.crash)
    result = not_graded(suite, one.request, lost_worker(one.request, code))
    return GradingFinished(one.request, result, one.recording, one.crash, code)


def lost_worker(request: GradingRequest, code: str) -> MachineUnreachable:
    """The reason if a worker sent no result: `code` is `machine-deadline` or `worker-died`."""
    return MachineUnreachable(code, where=str(request.machine), seconds=f"{request.deadline_s:.0f}")
