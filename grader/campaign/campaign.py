"""One exercise graded for a roster, from the requests to the class report."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, Protocol

from grader.campaign.books import Books
from grader.campaign.pool import Ended, Started
from grader.errors import GraderError
from grader.machine.text import log_text

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from grader.campaign.pool import Event
    from grader.messages import Language
    from grader.reports.results import ResultFile
    from grader.request import GradingRequest
    from grader.scoring.suite import Suite

__all__ = ["Batch", "Landed", "Outcome", "Watcher"]

_ROOM: Final = 8
"""So many machines one after the other out of reach, and none in reach before: it is the room, not the students."""


class Watcher(Protocol):
    """Hears how a campaign goes."""

    def began(self, requests: list[GradingRequest], done: list[ResultFile]) -> None: ...

    def heard(self, event: Event) -> None: ...

    def ended(self, outcome: Outcome) -> None: ...

    def close(self) -> None:
        """At the end, whatever happened: an interrupted campaign, too, gives the terminal back."""


@dataclass(frozen=True, slots=True)
class Landed:
    """What is kept in mind of a result once it is on disk: thousands of them take next to nothing."""

    status: Literal["graded", "not-graded"]
    points: int | None
    reason_code: str | None

    @classmethod
    def of(cls, result: ResultFile) -> Landed:
        return cls(result.status, result.points, result.reason_code)


_NOT_WRITTEN: Final = Landed("not-graded", None, None)


@dataclass(frozen=True)
class Outcome:
    results: list[Landed]
    """Of all students that were graded, by an earlier run included."""
    not_tried: list[str] = field(default_factory=list)
    """Students that were left out because the batch stopped early."""
    is_the_room: bool = False

    @property
    def everyone_graded(self) -> bool:
        """Also true if the policy refused a repository: that is its result."""
        return not self.not_tried and all(
            result.status == "graded" or result.reason_code == "repository-refused" for result in self.results
        )


@dataclass(frozen=True)
class Batch:
    """One exercise, graded for a roster."""

    suite: Suite
    requests: tuple[GradingRequest, ...]
    """One per student, in the order of the roster."""
    folder: Path
    language: Language = "fr"
    resume: bool = False
    retry_not_graded: bool = False

    def run(
        self,
        progress: Watcher,
        grade_all: Callable[[Suite, list[GradingRequest]], Generator[Event]],
        sign: Callable[[list[Path]], None] | None = None,
    ) -> Outcome:
        """Grades everyone who is not done yet. Raises `GraderError` if the results folder does not allow it.

        `grade_all` grades the requests that it is given. `sign` is called with the files of each result.
        """
        store = Books(self.folder, self.suite, self.language, sign)
        with contextlib.closing(store), contextlib.closing(progress):
            done, requests = self._split(store)
            progress.began(requests, done)
            summaries = {result.student.id: Landed.of(result) for result in done}
            unreachable = 0
            network_is_down = False
            with contextlib.closing(grade_all(self.suite, requests)) as events:
                for event in events:
                    match event:
                        case Started(request):
                            store.start(request)
                        case Ended(request, result, recording, crash):
                            if crash:
                                print(log_text(crash), file=sys.stderr)  # noqa: T201 - our own bugs are shown
                            is_written = store.land(request, result, recording)
                            summaries[request.student.id] = Landed.of(result) if is_written else _NOT_WRITTEN
                            # A repository that is not graded says nothing of the network.
                            unreachable += result.status == "not-graded" and not request.repository
                            network_is_down = _ROOM <= unreachable == len(summaries)
                    progress.heard(event)
                    if network_is_down:
                        break
            store.write_class_report()
            order = [request.student.id for request in self.requests]
            not_tried = [student for student in order if student not in summaries]
            outcome = Outcome(
                [summaries[student] for student in order if student in summaries], not_tried, network_is_down
            )
            progress.ended(outcome)
            return outcome

    def _split(self, store: Books) -> tuple[list[ResultFile], list[GradingRequest]]:
        """The results of those who are done, and the requests of the others."""
        done: list[ResultFile] = []
        requests: list[GradingRequest] = []
        for request in self.requests:
            result = store.done(request)
            if result is None or (self.retry_not_graded and result.status == "not-graded"):
                requests.append(request)
            else:
                done.append(result)
        if done and not (self.resume or self.retry_not_graded):
            raise GraderError(
                f"{self.folder / self.suite.id} already holds results of this suite ({len(done)}): --resume goes on "
                "with the others, --retry-not-graded tries again those without a mark, another --results begins anew"
            )
        return done, requests
