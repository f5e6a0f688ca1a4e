"""The progress of a batch: a live table, one line per student, or JSON for other programs."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import msgspec

from grader.commands.batch.summary import notes, result_line, totals
from grader.errors import GraderError
from grader.grading.pool import GradingFinished, GradingStarted
from grader.messages import Texts
from grader.reports.terminal.glyphs import supports_unicode
from grader.text.escaping import log_line

if TYPE_CHECKING:
    from grader.commands.batch.batch import BatchOutcome
    from grader.commands.batch.table_progress import TableProgress
    from grader.grading.pool import Event
    from grader.grading.request import GradingRequest
    from grader.messages import Language
    from grader.reports.result import ResultFile


class LineProgress:
    """One line per student, as soon as the student is graded."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._is_over = True

    def begin(self, requests: list[GradingRequest], done: list[ResultFile]) -> None:
        self._is_over = False
        self._count = len(requests) + len(done)
        self._number = len(done)
        self._is_unicode = supports_unicode(sys.stdout, os.environ)

    def on_event(self, event: Event) -> None:
        if isinstance(event, GradingFinished):
            self._number += 1
            line = result_line(event.result, self._language, is_unicode=self._is_unicode)
            print(log_line(f"[{self._number:>3}/{self._count}] {line}"), flush=True)

    def end(self, outcome: BatchOutcome) -> None:
        self._is_over = True
        texts = Texts("commands", self._language)
        print("\n".join([totals(outcome, texts), *notes(outcome, texts)]))
        if outcome.network_is_down:
            print(texts("batch.network-down"), file=sys.stderr)

    def close(self) -> None:
        """Prints how to go on if the batch was interrupted."""
        if not self._is_over:
            print(Texts("commands", self._language)("batch.interrupted"), file=sys.stderr)


class JsonProgress:
    """One JSON object per line: `began`, `started`, `done`, `ended`."""

    def begin(self, requests: list[GradingRequest], done: list[ResultFile]) -> None:
        self._write({"event": "began", "to_grade": len(requests), "already_done": len(done)})

    def on_event(self, event: Event) -> None:
        match event:
            case GradingStarted(request):
                self._write({"event": "started", "student": request.student.id})
            case GradingFinished(request, result):
                self._write(
                    {
                        "event": "done",
                        "student": request.student.id,
                        "team": result.team,
                        "status": result.status,
                        "points": result.points,
                        "max_points": result.max_points,
                        "mark": result.mark,
                        "reason": result.reason_code,
                        "duration_s": result.duration_s,
                    }
                )

    def end(self, outcome: BatchOutcome) -> None:
        graded = sum(result.status == "graded" for result in outcome.results)
        self._write(
            {
                "event": "ended",
                "graded": graded,
                "not_graded": len(outcome.results) - graded,
                "not_tried": outcome.not_tried,
                "is_the_room": outcome.network_is_down,
            }
        )

    def close(self) -> None:
        """Nothing to restore: every line is already written."""

    def _write(self, line: dict[str, object]) -> None:
        sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
        sys.stdout.buffer.flush()


def progress_for(progress: str, language: Language) -> LineProgress | JsonProgress | TableProgress:
    """`json`, `lines`, or `auto`: a table on a terminal, lines elsewhere. Raises `GraderError` for any other value."""
    match progress:
        case "json":
            return JsonProgress()
        case "lines":
            return LineProgress(language)
        case "auto":
            if not sys.stdout.isatty():
                return LineProgress(language)
            from grader.commands.batch.table_progress import TableProgress  # noqa: PLC0415 - rich is slow to import

            return TableProgress(language)
        case _:
            raise GraderError("usage.progress", given=repr(progress))
