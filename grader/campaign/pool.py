"""Many workers at a time, each under a deadline held here. One thread, one loop, no shared state."""

from __future__ import annotations

import collections
import gc
import os
import selectors
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec

from grader.campaign.frames import FrameReader, checked_result
from grader.campaign.warm import warm_up
from grader.campaign.worker import GradingTask, Worker, forked, spawned
from grader.errors import MachineUnreachable
from grader.grade import not_graded

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from grader.reports.results import ResultFile
    from grader.request import GradingRequest
    from grader.scoring.suite import Suite

__all__ = ["Checking", "Ended", "Event", "Started", "default_jobs", "graded_all", "lost_worker"]

TICK_S: Final = 0.25
_CHUNK: Final = 256 * 1024


@dataclass(frozen=True)
class Started:
    request: GradingRequest


@dataclass(frozen=True)
class Checking:
    request: GradingRequest
    check: str


@dataclass(frozen=True)
class Ended:
    request: GradingRequest
    result: ResultFile
    recording: bytes | None = None
    crash: str = ""
    """The traceback of a worker that had a bug; it goes to standard error."""
    lost: str = ""
    """Why the worker sent no result: `machine-deadline` or `worker-died`."""


Event: TypeAlias = "Started | Checking | Ended | None"
"""`None` is a tick: nothing was heard for a moment."""


@dataclass
class _Running:
    request: GradingRequest
    worker: Worker
    deadline: float
    reader: FrameReader = field(default_factory=FrameReader)
    result: ResultFile | None = None
    recording: bytes | None = None
    crash: str = ""


def default_jobs() -> int:
    """Grading waits for machines far more than it computes."""
    return max(8, 8 * (os.cpu_count() or 1))


def graded_all(
    suite: Suite,
    requests: list[GradingRequest],
    at_once: int,
    start: Callable[[GradingRequest], Worker] | None = None,
) -> Generator[Event]:
    """Grades every request; each ends in exactly one `Ended`, whatever its worker does.

    `start` starts a worker in another way than is quickest here. Closing the iterator ends all workers.
    """
    if start is None and _may_fork():
        warm_up(requests)
    waiting = collections.deque(requests)
    running: dict[int, _Running] = {}
    with selectors.DefaultSelector() as selector:
        try:
            while waiting or running:
                while waiting and len(running) < at_once:
                    request = waiting.popleft()
                    worker = start(request) if start else _start(suite, request)
                    one = _Running(request, worker, time.monotonic() + request.deadline_s + worker.grace_s)
                    running[one.worker.readable] = one
                    selector.register(one.worker.readable, selectors.EVENT_READ)
                    yield Started(request)
                heard = selector.select(TICK_S)
                for key, _ in heard:
                    yield from _heard(suite, running, selector, running[key.fd])
                now = time.monotonic()
                for one in [one for one in running.values() if now > one.deadline]:
                    yield _ended(suite, running, selector, one, "machine-deadline")
                if not heard:
                    yield None
        finally:
            for one in running.values():
                one.worker.end()
            gc.unfreeze()


def _may_fork() -> bool:
    """Whether a worker may start from this very state: elsewhere than on Linux, and beside threads, that is unsafe."""
    return sys.platform == "linux" and threading.active_count() == 1


def _start(suite: Suite, request: GradingRequest) -> Worker:
    return forked(suite, request) if _may_fork() else spawned(GradingTask(request=request))


def _heard(
    suite: Suite, running: dict[int, _Running], selector: selectors.BaseSelector, one: _Running
) -> Iterator[Event]:
    data = os.read(one.worker.readable, _CHUNK)
    if not data:
        yield _ended(suite, running, selector, one, "worker-died")
        return
    try:
        for kind, content in one.reader.feed(data):
            match kind:
                case "check":
                    yield Checking(one.request, content.decode("ascii", "replace")[:100])
                case "recording":
                    one.recording = content
                case "crash":
                    one.crash = content.decode("utf-8", "replace")
                case "result":
                    one.result = checked_result(content, one.request)
    except (ValueError, msgspec.DecodeError) as error:
        one.crash = str(error)
        yield _ended(suite, running, selector, one, "worker-died")


def _ended(
    suite: Suite, running: dict[int, _Running], selector: selectors.BaseSelector, one: _Running, code: str
) -> Ended:
    """Takes a worker off the books; `code` is why there is no result, where it sent none."""
    selector.unregister(one.worker.readable)
    del running[one.worker.readable]
    one.worker.end()
    if one.result:
        return Ended(one.request, one.result, one.recording, one.crash)
    result = not_graded(suite, one.request, lost_worker(one.request, code))
    return Ended(one.request, result, one.recording, one.crash, code)


def lost_worker(request: GradingRequest, code: str) -> MachineUnreachable:
    """Why somebody whose worker sent no result has none: `machine-deadline` or `worker-died`."""
    return MachineUnreachable(code, where=str(request.machine), seconds=f"{request.deadline_s:.0f}")
