"""Many repositories, one after another on each engine: every one starts from an engine that is as it was."""

from __future__ import annotations

import collections
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.errors import MachineUnreachable
from grader.reports.results import Words
from grader.repository.clone import CloneRefused
from grader.repository.run import NOT_GRADED, Asked, Done, grade_one, without_mark, write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from grader.roster.student import RosterStudent

__all__ = ["Batch", "grade_everyone"]


@dataclass(frozen=True, slots=True)
class Batch:
    """What is the same for everyone."""

    exercise: Path
    results: Path
    engines: Sequence[str]
    """As `--machine` takes them; each grades one repository at a time."""
    lang: str = ""
    areas: Path | None = None
    disposable: bool = False

    def asked(self, student: RosterStudent, engine: str) -> Asked:
        return Asked(
            student.repo,
            self.exercise,
            self.results,
            engine,
            student.id,
            str(student.ports or ""),
            self.lang,
            self.areas,
            disposable=self.disposable,
            name=student.name,
        )


@dataclass(slots=True)
class _Queue:
    waiting: collections.deque[RosterStudent]
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self) -> RosterStudent | None:
        with self.lock:
            return self.waiting.popleft() if self.waiting else None

    def put_back(self, student: RosterStudent) -> None:
        with self.lock:
            self.waiting.appendleft(student)


def grade_everyone(
    students: Sequence[RosterStudent],
    batch: Batch,
    environ: Mapping[str, str],
    on_done: Callable[[RosterStudent, Done], None],
) -> int:
    """Grades every student's repository; 0 where everyone was graded or refused, whatever the marks, else 6.

    An engine that does not answer grades no further repository, and its student goes to another one; nor does an
    engine that a repository has left otherwise than it was. Whoever no engine is left for has no mark. Results are
    written one at a time, and `on_done` is called then.
    """
    queue = _Queue(collections.deque(students))
    codes: list[int] = []

    def finish(student: RosterStudent, asked: Asked, done: Done) -> None:
        with queue.lock:
            write(done.result, asked, environ)
            codes.append(done.code)
            on_done(student, done)

    with ThreadPoolExecutor(len(batch.engines)) as pool:
        works = [pool.submit(_work_on, engine, batch, environ, queue, finish) for engine in batch.engines]
    for work in works:
        work.result()  # a bug of ours is raised here, not swallowed by its thread
    for student in queue.waiting:
        words = Words(
            fr="il ne restait aucun moteur pour corriger ce dépôt", en="no engine was left for this repository"
        )
        asked = batch.asked(student, "")
        finish(student, asked, without_mark(asked, environ, "no-engine-left", words))
    return NOT_GRADED if NOT_GRADED in codes else 0


def _work_on(
    engine: str,
    batch: Batch,
    environ: Mapping[str, str],
    queue: _Queue,
    finish: Callable[[RosterStudent, Asked, Done], None],
) -> None:
    while (student := queue.next()) is not None:
        asked = batch.asked(student, engine)
        try:
            done = grade_one(asked, environ)
        except MachineUnreachable:
            queue.put_back(student)
            return
        except CloneRefused as error:
            done = without_mark(asked, environ, "clone-refused", Words(fr=str(error), en=str(error)))
        finish(student, asked, done)
        if done.engine_problems:
            return
