"""Many repositories, one after another on each engine: every one starts from an engine that is as it was."""

from __future__ import annotations

import collections
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.errors import GraderError, MachineUnreachable
from grader.machine.text import log_line
from grader.reports.files import ready_for_results
from grader.reports.signature import signing_key
from grader.repository.reasons import reason_of, words_of
from grader.repository.results_folder import is_inside
from grader.repository.run import NOT_GRADED, Asked, Done, grade_one, without_mark, write
from grader.settings import language_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from grader.roster.student import RosterStudent

__all__ = ["Batch", "grade_everyone"]

_TRIES: Final = 2
"""Of one repository: whoever was graded when an engine died may be its victim, or the cause."""


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
class _Turn:
    """A student whose repository waits to be graded."""

    student: RosterStudent
    tries: int = 0
    """Engines that were lost while they graded this repository."""
    lost: MachineUnreachable | None = None
    """How the last one was lost."""


@dataclass(slots=True)
class _Queue:
    waiting: collections.deque[_Turn]
    running: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def next(self) -> _Turn | None:
        """The next one; `None` where nobody waits, and nobody who is being graded now can come back."""
        with self.changed:
            self.changed.wait_for(lambda: self.waiting or not self.running)
            if not self.waiting:
                return None
            self.running += 1
            return self.waiting.popleft()

    def end_turn(self, back: _Turn | None = None) -> None:
        """The turn that `next` gave is over; with `back` that student comes again, after everyone else."""
        with self.changed:
            self.running -= 1
            if back is not None:
                self.waiting.append(back)
            self.changed.notify_all()


def grade_everyone(
    students: Sequence[RosterStudent],
    batch: Batch,
    environ: Mapping[str, str],
    on_done: Callable[[RosterStudent, Done], None],
) -> int:
    """Grades every student's repository; 0 where everyone was graded or refused, whatever the marks, else 6.

    Whatever goes wrong with a repository is that student's "not graded", and the others go on. An engine that does not
    answer grades no further repository, nor does one that a repository has left otherwise than it was. Whoever was
    being graded when an engine was lost is tried once more, after everyone else. Whoever no engine is left for has no
    mark. Results are written one at a time, and `on_done` is called then.

    Raises `GraderError` before anything is graded where that cannot be done for anyone.
    """
    language_of(batch.lang, environ)
    signing_key(environ)
    ready_for_results(batch.results)
    queue = _Queue(collections.deque(_Turn(student) for student in students))
    codes: list[int] = []
    writing = threading.Lock()

    def finish(student: RosterStudent, asked: Asked, done: Done) -> None:
        with writing:
            written = _write(done, asked, environ)
            codes.append(written.code)
            on_done(student, written)

    with ThreadPoolExecutor(len(batch.engines)) as pool:
        works = [pool.submit(_work_on, engine, batch, environ, queue, finish) for engine in batch.engines]
    for work in works:
        work.result()  # a bug of ours is raised here, not swallowed by its thread
    for turn in queue.waiting:
        asked = batch.asked(turn.student, "")
        code, words = reason_of(turn.lost) if turn.lost else ("no-engine-left", words_of("no-engine-left", {}))
        finish(turn.student, asked, without_mark(asked, environ, code, words))
    return NOT_GRADED if NOT_GRADED in codes else 0


def _work_on(
    engine: str,
    batch: Batch,
    environ: Mapping[str, str],
    queue: _Queue,
    finish: Callable[[RosterStudent, Asked, Done], None],
) -> None:
    """Grades one repository after the other on `engine`, as long as it is fit to."""
    while (turn := queue.next()) is not None:
        back = None
        try:
            asked = batch.asked(turn.student, engine)
            done, lost = _grade(asked, environ)
            if lost is None:
                finish(turn.student, asked, done)
            # An engine that was gone before it was given anything is no try of this student's.
            elif lost.code == "engine-unreachable" or turn.tries + 1 < _TRIES:
                back = _Turn(turn.student, turn.tries + (lost.code != "engine-unreachable"), lost)
            else:
                finish(turn.student, asked, done)
        finally:
            queue.end_turn(back)
        if lost is not None or done.engine_problems:
            return


def _grade(asked: Asked, environ: Mapping[str, str]) -> tuple[Done, MachineUnreachable | None]:
    """What came of one repository, whatever happened, and how its engine was lost where it was."""
    try:
        _require_results_outside(asked)
        return grade_one(asked, environ), None
    except MachineUnreachable as error:
        return without_mark(asked, environ, *reason_of(error)), error
    except Exception as error:  # noqa: BLE001 - one repository never ends a class, whatever is raised
        return without_mark(asked, environ, *reason_of(error)), None


def _require_results_outside(asked: Asked) -> None:
    if (repository := Path(asked.path)).is_dir() and is_inside(asked.results, repository):
        raise GraderError("the results folder lies inside this repository")


def _write(done: Done, asked: Asked, environ: Mapping[str, str]) -> Done:
    """Writes the result; one that cannot be written (a full disk) is not graded, and the class goes on."""
    try:
        write(done.result, asked, environ)
    except Exception as error:  # noqa: BLE001 - as above
        done = without_mark(asked, environ, *reason_of(error))
        print(log_line(f"grader: {done.lines[-1]}"), file=sys.stderr)  # noqa: T201 - there may be no file to say it
        with suppress(Exception):
            write(done.result, asked, environ)
    return done
