"""One exercise graded for a roster, from the requests to the class report."""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, Protocol

from grader.errors import GraderError
from grader.grading.pool import GradingFinished, GradingStarted
from grader.grading.store import ResultsStore
from grader.grading.teams import events_by_student, requests_by_student
from grader.results.folder import open_ledger
from grader.text.escaping import log_text

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from pathlib import Path

    from grader.grading.pool import Event
    from grader.grading.request import GradingRequest
    from grader.messages import Language
    from grader.reports.result import ResultFile
    from grader.results.storing import StoredResult
    from grader.scoring.suite import Suite

_UNREACHABLE_IN_A_ROW: Final = 8
"""If the first so many machines are all unreachable, the network is down: it is not the students' fault."""


class Progress(Protocol):
    """Receives the progress of a batch."""

    def begin(self, requests: list[GradingRequest], done: list[ResultFile]) -> None: ...

    def on_event(self, event: Event) -> None: ...

    def end(self, outcome: BatchOutcome) -> None: ...

    def close(self) -> None:
        """Called at the end, also of an interrupted batch: restores the terminal."""


@dataclass(frozen=True, slots=True)
class ResultSummary:
    """What stays in memory of a result that is on disk: thousands of them take little."""

    status: Literal["graded", "not-graded"]
    points: int | None
    reason_code: str | None
    provisional: bool = False
    has_errors: bool = False
    """True if a check could not be judged, although others were."""

    @classmethod
    def of(cls, result: ResultFile) -> ResultSummary:
        return cls(result.status, result.points, result.reason_code, result.provisional, _has_errors(result))


_NOT_WRITTEN: Final = ResultSummary("not-graded", None, None)


def _has_errors(result: ResultFile) -> bool:
    return result.status == "graded" and any(check.verdict == "error" for check in result.checks)


def _is_incomplete(result: ResultFile) -> bool:
    """Whether another try may show more: there is no mark, or not every check could be judged."""
    return result.status == "not-graded" or _has_errors(result)


@dataclass(frozen=True)
class BatchOutcome:
    results: list[ResultSummary]
    """Of all students that were graded, by an earlier run included."""
    not_tried: list[str] = field(default_factory=list)
    """Students that were left out because the batch stopped early."""
    network_is_down: bool = False

    @property
    def everyone_graded(self) -> bool:
        """Also true if the policy refused a repository: that is its result. False if a check could not be judged."""
        return not self.not_tried and all(
            (result.status == "graded" and not result.has_errors) or result.reason_code == "repository-refused"
            for result in self.results
        )


@dataclass(frozen=True)
class Batch:
    """One exercise, graded for a roster."""

    suite: Suite
    requests: tuple[GradingRequest, ...]
    """One per team, in the order of the roster; most teams are one student."""
    folder: Path
    language: Language = "fr"
    resume: bool = False
    retry_not_graded: bool = False
    new_attempt: bool = False
    """Grade everyone again who has a result of this suite; both are kept."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def run(
        self,
        progress: Progress,
        grade_all: Callable[[Suite, list[GradingRequest]], Generator[Event]],
        sign: Callable[[StoredResult], None] | None = None,
    ) -> BatchOutcome:
        """Grades everyone who is not done yet. Raises `GraderError` if the results folder does not allow it.

        `grade_all` grades the requests that it is given. `sign` is called with each result.
        """
        with contextlib.ExitStack() as stack:
            ledger = stack.enter_context(open_ledger(self.folder, self.environ))
            store = stack.enter_context(
                contextlib.closing(ResultsStore(self.folder, self.suite, self.language, sign, ledger))
            )
            stack.enter_context(contextlib.closing(progress))
            resume = self.resume or self.retry_not_graded
            store.prepare(new_attempt=self.new_attempt, resume=resume)
            done, requests = self._split(store)
            store.note_begun(new_attempt=self.new_attempt, resume=resume)
            progress.begin([own for request in requests for own in requests_by_student(request)], done)
            summaries = {result.student.id: ResultSummary.of(result) for result in done}
            unreachable = 0
            network_is_down = False
            with contextlib.closing(grade_all(self.suite, requests)) as events:
                for event in itertools.chain.from_iterable(map(events_by_student, events)):
                    match event:
                        case GradingStarted(request):
                            store.note_started(request)
                        case GradingFinished(request, result, recording, crash):
                            if crash:
                                print(log_text(crash), file=sys.stderr)
                            is_written = store.save(request, result, recording)
                            summaries[request.student.id] = ResultSummary.of(result) if is_written else _NOT_WRITTEN
                            # A repository or a file that is not graded says nothing of the network.
                            is_machine = not (request.repository or request.handed_in)
                            unreachable += result.status == "not-graded" and is_machine
                            network_is_down = _UNREACHABLE_IN_A_ROW <= unreachable == len(summaries)
                    progress.on_event(event)
                    if network_is_down:
                        break
            store.write_class_report()
            order = [own.student.id for request in self.requests for own in requests_by_student(request)]
            not_tried = [student for student in order if student not in summaries]
            outcome = BatchOutcome(
                [summaries[student] for student in order if student in summaries], not_tried, network_is_down
            )
            progress.end(outcome)
            return outcome

    def _split(self, store: ResultsStore) -> tuple[list[ResultFile], list[GradingRequest]]:
        """The results of those who are done, and the requests of the others: a team is graded for all its students."""
        done: list[ResultFile] = []
        requests: list[GradingRequest] = []
        for request in self.requests:
            found = [store.finished_result(own) for own in requests_by_student(request)]
            results = [result for result in found if result]
            is_tried_again = self.retry_not_graded and any(map(_is_incomplete, results))
            if len(results) < len(found) or is_tried_again:
                requests.append(request)
            else:
                done += results
        if done and not (self.resume or self.retry_not_graded):
            raise GraderError("results.already-there", path=self.folder / self.suite.id, count=len(done))
        self._require_same_mode(done)
        return done, requests

    def _require_same_mode(self, done: list[ResultFile]) -> None:
        """Raises `GraderError` if results that count as done were graded with other options: they do not compare."""
        by_student = {own.student.id: own for request in self.requests for own in requests_by_student(request)}
        for option in ("passive", "disposable"):
            others = []
            for result in done:
                request = by_student[result.student.id]
                was = getattr(result, option)
                # A repository's engine is always disposable. Earlier versions did not note the options.
                if was is not None and not request.repository and was != getattr(request, option):
                    others.append(result)
            if others:
                code = "results.other-options-with" if getattr(others[0], option) else "results.other-options-without"
                raise GraderError(code, path=self.folder / self.suite.id, count=len(others), option=f"--{option}")
