"""Grades many repositories, one after another on each throw-away engine."""

from __future__ import annotations

import collections
import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from grader.errors import GraderError, MachineUnreachable
from grader.grading.pool import TICK_S, GradingFinished, GradingStarted
from grader.grading.reasons import reason_of, reason_words
from grader.grading.repository import Done, grade_one
from grader.grading.results_folder import is_inside
from grader.grading.run import not_graded
from grader.machine.transport.engine_address import engine_key

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from grader.grading.pool import Event
    from grader.grading.request import GradingRequest
    from grader.roster.machine_url import MachineUrl
    from grader.scoring.suite import Suite

_TRIES: Final = 2
"""Of one repository: whoever was graded when an engine died may be its victim, or the cause."""


@dataclass(slots=True)
class _Turn:
    """A repository that waits to be graded."""

    request: GradingRequest
    tries: int = 0
    """Engines that were lost while they graded it."""
    lost: MachineUnreachable | None = None
    """How the last engine was lost."""


@dataclass(slots=True)
class _Queue:
    waiting: collections.deque[_Turn]
    running: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def next(self) -> _Turn | None:
        """The next turn; `None` once no repository is waiting or being graded."""
        with self.changed:
            self.changed.wait_for(lambda: self.waiting or not self.running)
            if not self.waiting:
                return None
            self.running += 1
            return self.waiting.popleft()

    def end_turn(self, back: _Turn | None = None) -> None:
        """Ends the turn that `next` returned; `back` is queued again, behind all others."""
        with self.changed:
            self.running -= 1
            if back is not None:
                self.waiting.append(back)
            self.changed.notify_all()

    def close(self) -> None:
        """Empties the queue."""
        with self.changed:
            self.waiting.clear()
            self.changed.notify_all()


def graded_repositories(
    suite: Suite,
    requests: list[GradingRequest],
    *,
    engines: Sequence[MachineUrl],
    results: Path,
    environ: Mapping[str, str],
) -> Generator[Event]:
    """Grades each repository on one of `engines`; each request ends in exactly one `GradingFinished`.

    If anything goes wrong with a repository, that student is not graded, and the others are. An engine that does not
    answer, or that a repository has changed for good, is not used again. A repository whose engine is lost is tried
    once more, behind all others. If no engine is left, the remaining students are not graded. Closing the iterator
    waits for the repositories that are being graded, since their engines must be emptied.
    """
    # An engine that is named twice, or in two ways, would be emptied by one repository while it grades another.
    engines = list({engine_key(engine, environ) or str(engine): engine for engine in engines}.values())
    batch = _Batch(suite, results, environ, _Queue(collections.deque(_Turn(request) for request in requests)))
    with ThreadPoolExecutor(len(engines)) as pool:
        try:
            works = [pool.submit(batch.work_on, engine) for engine in engines]
            while not (all(work.done() for work in works) and batch.events.empty()):
                try:
                    yield batch.events.get(timeout=TICK_S)
                except queue.Empty:
                    yield None
        finally:
            left = list(batch.turns.waiting)
            batch.turns.close()
    for work in works:
        work.result()  # a bug of ours is raised here, not swallowed by its thread
    for turn in left:
        reason = reason_of(turn.lost) if turn.lost else ("no-engine-left", reason_words("no-engine-left", {}))
        yield GradingFinished(turn.request, not_graded(suite, turn.request, reason))


@dataclass(frozen=True, slots=True)
class _Batch:
    suite: Suite
    results: Path
    environ: Mapping[str, str]
    turns: _Queue
    events: queue.SimpleQueue[Event] = field(default_factory=queue.SimpleQueue)

    def work_on(self, engine: MachineUrl) -> None:
        """Grades one repository after another on `engine`, until it is unfit."""
        while (turn := self.turns.next()) is not None:
            back = None
            try:
                request = replace(turn.request, machine=engine)
                self.events.put(GradingStarted(request))
                done, lost = self._graded(request)
                # If the engine could not be reached at all, that is not counted as a try of this repository.
                if lost is not None and (lost.code == "engine-unreachable" or turn.tries + 1 < _TRIES):
                    back = _Turn(turn.request, turn.tries + (lost.code != "engine-unreachable"), lost)
                else:
                    self.events.put(GradingFinished(request, done.result))
            finally:
                self.turns.end_turn(back)
            if lost is not None or done.engine_problems:
                return

    def _graded(self, request: GradingRequest) -> tuple[Done, MachineUnreachable | None]:
        """The result of one repository, whatever happens, and how its engine was lost, if it was."""
        repository = Path(request.repository)
        try:
            if repository.is_dir() and is_inside(self.results, repository):
                raise GraderError("results.inside-repository")  # noqa: TRY301 - as grading raises
            return grade_one(self.suite, request, self.environ), None
        except MachineUnreachable as error:
            return Done(not_graded(self.suite, request, reason_of(error))), error
        except Exception as error:  # noqa: BLE001 - one repository never ends a class, whatever is raised
            return Done(not_graded(self.suite, request, reason_of(error))), None
