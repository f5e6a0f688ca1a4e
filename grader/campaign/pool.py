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

from grader.campaign.frames import FrameReader
from grader.campaign.warm import warm_up
from grader.campaign.worker import Job, Worker, forked, spawned
from grader.errors import MachineUnreachable
from grader.grade import Run
from grader.machine.link import LinkFacts
from grader.reports.results import ResultFile
from grader.scoring.judging import judge_suite

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from grader.scoring.suite import Suite

__all__ = ["Checking", "Ended", "Event", "Started", "default_jobs", "graded_all", "not_graded"]

_GRACE_S: Final = 2.0
"""How much longer than its own deadline a worker may live."""
_TICK_S: Final = 0.25
_CHUNK: Final = 256 * 1024


@dataclass(frozen=True)
class Started:
    job: Job


@dataclass(frozen=True)
class Checking:
    job: Job
    check: str


@dataclass(frozen=True)
class Ended:
    job: Job
    result: ResultFile
    recording: bytes | None = None
    crash: str = ""
    """The traceback of a worker that had a bug; it goes to standard error."""


Event: TypeAlias = "Started | Checking | Ended | None"
"""`None` is a tick: nothing was heard for a moment."""


@dataclass
class _Running:
    job: Job
    worker: Worker
    deadline: float
    reader: FrameReader = field(default_factory=FrameReader)
    result: ResultFile | None = None
    recording: bytes | None = None
    crash: str = ""


def default_jobs() -> int:
    """Grading waits for machines far more than it computes."""
    return max(8, 8 * (os.cpu_count() or 1))


def graded_all(suite: Suite, jobs: list[Job], at_once: int) -> Generator[Event]:
    """Grades every job; each ends in exactly one `Ended`, whatever its worker does.

    Closing the iterator ends all workers.
    """
    if _may_fork():
        warm_up(jobs)
    waiting = collections.deque(jobs)
    running: dict[int, _Running] = {}
    with selectors.DefaultSelector() as selector:
        try:
            while waiting or running:
                while waiting and len(running) < at_once:
                    job = waiting.popleft()
                    one = _Running(job, _start(suite, job), time.monotonic() + job.deadline_s + _GRACE_S)
                    running[one.worker.readable] = one
                    selector.register(one.worker.readable, selectors.EVENT_READ)
                    yield Started(job)
                heard = selector.select(_TICK_S)
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


def _start(suite: Suite, job: Job) -> Worker:
    return forked(suite, job) if _may_fork() else spawned(job)


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
                    yield Checking(one.job, content.decode("ascii", "replace")[:100])
                case "recording":
                    one.recording = content
                case "crash":
                    one.crash = content.decode("utf-8", "replace")
                case "result":
                    one.result = _checked(content, one.job)
    except (ValueError, msgspec.DecodeError):
        yield _ended(suite, running, selector, one, "worker-died")


def _checked(content: bytes, job: Job) -> ResultFile:
    """The result that a worker sent, held to the schema and to the job that it was given."""
    result = msgspec.json.decode(content, type=ResultFile)
    if result.student.id != job.student:
        raise ValueError("a result for somebody else")
    return result


def _ended(
    suite: Suite, running: dict[int, _Running], selector: selectors.BaseSelector, one: _Running, code: str
) -> Ended:
    """Takes a worker off the books; `code` is why there is no result, where it sent none."""
    selector.unregister(one.worker.readable)
    del running[one.worker.readable]
    one.worker.end()
    return Ended(one.job, one.result or not_graded(suite, one.job, code), one.recording, one.crash)


def not_graded(suite: Suite, job: Job, code: str) -> ResultFile:
    """The result of somebody whose machine could not be graded, for the reason `code`."""
    lost = MachineUnreachable(code, where=job.machine, seconds=f"{job.deadline_s:.0f}")
    run = Run(job.settings(), LinkFacts(job.machine), lost=lost)
    return run.result(judge_suite(suite, lost), suite.folder)
