"""The progress of a batch as a live table, on a terminal."""

from __future__ import annotations

import collections
import os
import time
from typing import TYPE_CHECKING, Final

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from grader.commands.batch.summary import mean, notes, result_line, totals
from grader.grading.pool import CheckStarted, GradingFinished, GradingStarted
from grader.messages import Texts
from grader.reports.terminal.glyphs import supports_unicode, to_ascii
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from grader.commands.batch.batch import BatchOutcome
    from grader.grading.pool import Event
    from grader.grading.request import GradingRequest
    from grader.messages import Language
    from grader.reports.result import ResultFile


class TableProgress:
    """A live table: who is being graded, the current check, the marks so far, frequent mistakes and the time left.

    Drawn from the batch's own loop, since forking is unsafe beside a thread.
    """

    _REFRESH_S: Final = 0.25

    def __init__(self, language: Language, console: Console | None = None) -> None:
        self._language = language
        self._texts = Texts("commands", language)
        self._console = console or Console()
        self._is_unicode = supports_unicode(self._console, os.environ)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._running: dict[str, tuple[float, str]] = {}
        self._points: list[int] = []
        self._not_graded = 0
        self._codes: collections.Counter[str] = collections.Counter()
        self._began = self._drawn = time.monotonic()
        self._count = self._earlier = 0

    def begin(self, requests: list[GradingRequest], done: list[ResultFile]) -> None:
        for result in done:
            self._add_result(result)
        self._earlier = len(done)
        self._count = len(requests) + len(done)
        self._live.start()

    def on_event(self, event: Event) -> None:
        match event:
            case GradingStarted(request):
                self._running[request.student.id] = (time.monotonic(), "…")
            case CheckStarted(request, check):
                self._running[request.student.id] = (self._running[request.student.id][0], check)
            case GradingFinished(request, result):
                self._running.pop(request.student.id, None)
                self._add_result(result)
                self._live.console.print(
                    self._text(
                        result_line(result, self._language, is_unicode=self._is_unicode),
                        "magenta" if result.mark is None else "",
                    ),
                    no_wrap=True,
                    overflow="ellipsis" if self._is_unicode else "crop",
                )
        if time.monotonic() - self._drawn > self._REFRESH_S:
            self._drawn = time.monotonic()
            self._live.update(self._table(), refresh=True)

    def end(self, outcome: BatchOutcome) -> None:
        self._live.stop()
        self._console.print(self._text(totals(outcome, self._texts), "bold"))
        for note in notes(outcome, self._texts):
            self._console.print(self._text(note))
        if outcome.network_is_down:
            self._console.print(self._text(self._texts("batch.network-down"), "red"))

    def close(self) -> None:
        if self._live.is_started:
            self._live.stop()
            self._console.print(self._text(self._texts("batch.interrupted"), "yellow"))

    def _text(self, text: str, style: str = "") -> Text:
        return Text(text if self._is_unicode else to_ascii(text), style=style)

    @property
    def _done(self) -> int:
        return len(self._points) + self._not_graded

    def _add_result(self, result: ResultFile) -> None:
        if result.points is None:
            self._not_graded += 1
        else:
            self._points.append(result.points)
        failed = (check.diagnosis for check in result.checks if check.verdict == "failed")
        self._codes.update(diagnosis.code for diagnosis in failed if diagnosis)

    def _table(self) -> Group:
        """At most one screen: those that have run longest first, the others as a count."""
        table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
        now = time.monotonic()
        rows = max(3, min(16, self._console.height - 8))
        longest = sorted(self._running.items(), key=lambda one: one[1][0])
        for student, (since, check) in longest[:rows]:
            seconds = now - since
            table.add_row(
                self._text(escape_control_characters(student, 24)),
                f"{seconds:.0f} s",
                self._text(check),
                style="yellow" if seconds > 30 else "",
            )
        if len(longest) > rows:
            table.add_row(f"+ {len(longest) - rows}")
        return Group(table, self._text(self._summary(now)), self._text(self._frequent_diagnoses(), "dim"))

    def _summary(self, now: float) -> str:
        texts = self._texts
        waiting = self._count - self._done - len(self._running)
        parts = [
            f"{self._done}/{self._count}",
            f"{texts('batch.running')} {len(self._running)}",
            f"{texts('batch.waiting')} {waiting}",
            f"{texts('batch.not-graded')} {self._not_graded}",
        ]
        if self._points:
            parts.append(mean(self._points, texts))
        finished = self._done - self._earlier
        if finished:
            left_s = (now - self._began) / finished * (self._count - self._done)
            parts.append(texts("batch.time-left", seconds=f"{left_s:.0f}"))
        return " · ".join(parts)

    def _frequent_diagnoses(self) -> str:
        shown = ", ".join(f"{code} ×{count}" for code, count in self._codes.most_common(4))
        return self._texts.labelled("batch.mistakes", shown) if shown else ""
