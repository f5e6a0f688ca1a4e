"""Grades an exercise for a roster, from the list of students to the last report."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, Protocol

from grader.campaign.books import Books
from grader.campaign.pool import Ended, Started, graded_all
from grader.campaign.worker import Job
from grader.errors import GraderError
from grader.machine.text import log_text
from grader.reports.results import write_atomically

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from grader.campaign.pool import Event
    from grader.messages import Language
    from grader.reports.results import ResultFile
    from grader.roster.student import RosterStudent
    from grader.scoring.suite import Suite

__all__ = ["Campaign", "Landed", "Outcome", "Watcher"]

_ROOM: Final = 8
"""So many machines one after the other out of reach, and none in reach before: it is the room, not the students."""


class Watcher(Protocol):
    """Hears how a campaign goes."""

    def began(self, jobs: list[Job], done: list[ResultFile]) -> None: ...

    def heard(self, event: Event) -> None: ...

    def ended(self, outcome: Outcome) -> None: ...

    def close(self) -> None:
        """At the end, whatever happened: an interrupted campaign, too, gives the terminal back."""


@dataclass(frozen=True, slots=True)
class Landed:
    """What is kept in mind of a result once it is on disk: thousands of them take next to nothing."""

    status: Literal["graded", "not-graded"]
    points: int | None


@dataclass(frozen=True)
class Outcome:
    results: list[Landed]
    """Of everyone that this campaign was asked to grade and did, those of an earlier run included."""
    not_tried: list[str] = field(default_factory=list)
    """Students that were left out when the campaign stopped early."""
    is_the_room: bool = False

    @property
    def everyone_graded(self) -> bool:
        return not self.not_tried and all(result.status == "graded" for result in self.results)


@dataclass(frozen=True)
class Campaign:
    suite: Suite
    students: tuple[RosterStudent, ...]
    folder: Path
    language: Language = "fr"
    at_once: int = 16
    deadline_s: float = 180.0
    resume: bool = False
    retry_not_graded: bool = False
    record: bool = False
    passive: bool = False
    disposable: bool = False
    hints: int = 2
    ssh_config: str = ""
    scheduler: str = ""
    """Address of a Dask scheduler, where the work is handed to a cluster."""

    def run(self, watcher: Watcher) -> Outcome:
        """Grades whoever is to be graded. Raises `GraderError` where the folder does not allow it."""
        books = Books(self.folder, self.suite, self.language)
        with contextlib.closing(books), contextlib.closing(watcher):
            done, jobs = self._split(books)
            watcher.began(jobs, done)
            landed = {result.student.id: Landed(result.status, result.points) for result in done}
            out_of_reach = 0
            is_the_room = False
            events = self._events(jobs)
            with contextlib.closing(events):
                for event in events:
                    match event:
                        case Started(job):
                            books.start(job)
                        case Ended(job, result, recording, crash):
                            if crash:
                                print(log_text(crash), file=sys.stderr)  # noqa: T201 - a bug of ours must not pass unseen
                            books.land(job, result, recording)
                            landed[job.student] = Landed(result.status, result.points)
                            out_of_reach += result.status == "not-graded"
                            is_the_room = _ROOM <= out_of_reach == len(landed)
                    watcher.heard(event)
                    if is_the_room:
                        break
            write_class_report(self.folder, self.suite, books.results(), self.language)
            not_tried = [job.student for job in jobs if job.student not in landed]
            order = [landed[student.id] for student in self.students if student.id in landed]
            outcome = Outcome(order, not_tried, is_the_room)
            watcher.ended(outcome)
            return outcome

    def _events(self, jobs: list[Job]) -> Generator[Event]:
        if self.scheduler:
            from grader.campaign.cluster import graded_on_cluster  # noqa: PLC0415 - Dask is an extra

            return graded_on_cluster(self.suite, jobs, self.scheduler)
        return graded_all(self.suite, jobs, self.at_once)

    def _split(self, books: Books) -> tuple[list[ResultFile], list[Job]]:
        """Who is done, and who is still to be graded."""
        done: list[ResultFile] = []
        jobs: list[Job] = []
        for student in self.students:
            job = self._job(student)
            result = books.done(job)
            if result is None or (self.retry_not_graded and result.status == "not-graded"):
                jobs.append(job)
            else:
                done.append(result)
        if done and not (self.resume or self.retry_not_graded):
            raise GraderError(
                f"{self.folder / self.suite.id} already holds results of this suite ({len(done)}): --resume goes on "
                "with the others, --retry-not-graded tries again those without a mark, another --results begins anew"
            )
        return done, jobs

    def _job(self, student: RosterStudent) -> Job:
        if student.machine is None:
            raise GraderError(f"{student.id} has no machine in the roster")
        return Job(
            exercise=str(self.suite.folder),
            student=student.id,
            student_name=student.name,
            machine=str(student.machine),
            ports=str(student.ports or ""),
            ssh_config=self.ssh_config,
            record=self.record,
            passive=self.passive,
            disposable=self.disposable,
            hints=self.hints,
            deadline_s=self.deadline_s,
        )


def write_class_report(folder: Path, suite: Suite, results: list[ResultFile], language: Language) -> None:
    """`DIR/<exercise>.xml`: every student's checks in one JUnit file."""
    from grader.reports.junit import junit_for_class  # noqa: PLC0415 - slow to import, needed once at the end

    if results:
        write_atomically(folder / f"{suite.id}.xml", junit_for_class(results, language))
