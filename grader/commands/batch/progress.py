"""The progress of a batch: a live table, one line per student, or JSON for other programs."""

from __future__ import annotations

import collections
import os
import sys
import time
from typing import TYPE_CHECKING, Final

import msgspec
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from grader.errors import GraderError
from grader.grading.pool import CheckStarted, GradingFinished, GradingStarted
from grader.messages import Texts, in_language
from grader.messages.numbers import shown_number
from grader.reports.terminal.glyphs import supports_unicode, to_ascii
from grader.text.escaping import escape_control_characters, log_line
from grader.text.widths import pad_to_width, truncate_to_width

if TYPE_CHECKING:
    from grader.commands.batch.batch import BatchOutcome
    from grader.grading.pool import Event
    from grader.grading.request import GradingRequest
    from grader.messages import Language
    from grader.reports.result import ResultFile


_NAME: Final = 40
"""Width of a student's name, in columns."""


def _result_line(result: ResultFile, language: Language, *, is_unicode: bool) -> str:
    name = escape_control_characters(" ".join(filter(None, (result.student.id, result.student.name))), _NAME)
    name = pad_to_width(truncate_to_width(name if is_unicode else to_ascii(name), _NAME), _NAME)
    team = f"  {Texts('commands', language)('batch.team', students=', '.join(result.team))}" if result.team else ""
    if result.mark is None:
        reason = in_language(result.reason, language) or "?"
        return f"{name}      –  {reason.splitlines()[0]}{team}"
    first = next((check for check in result.checks if check.verdict == "failed"), None)
    code = f"  {first.diagnosis.code}" if first and first.diagnosis else ""
    provisional = " ?" if result.provisional else "  "
    return f"{name} {result.points:>3}/{result.max_points}{provisional}{code}{team}"


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
            line = _result_line(event.result, self._language, is_unicode=self._is_unicode)
            print(log_line(f"[{self._number:>3}/{self._count}] {line}"), flush=True)

    def end(self, outcome: BatchOutcome) -> None:
        self._is_over = True
        texts = Texts("commands", self._language)
        print("\n".join([_totals(outcome, texts), *_notes(outcome, texts)]))
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
                        _result_line(result, self._language, is_unicode=self._is_unicode),
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
        self._console.print(self._text(_totals(outcome, self._texts), "bold"))
        for note in _notes(outcome, self._texts):
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
            parts.append(_mean(self._points, texts))
        finished = self._done - self._earlier
        if finished:
            left_s = (now - self._began) / finished * (self._count - self._done)
            parts.append(texts("batch.time-left", seconds=f"{left_s:.0f}"))
        return " · ".join(parts)

    def _frequent_diagnoses(self) -> str:
        shown = ", ".join(f"{code} ×{count}" for code, count in self._codes.most_common(4))
        return self._texts.labelled("batch.mistakes", shown) if shown else ""


def _totals(outcome: BatchOutcome, texts: Texts) -> str:
    graded = [result.points for result in outcome.results if result.points is not None]
    not_graded = len(outcome.results) - len(graded)
    parts = [f"{texts('batch.graded')} {len(graded)}", f"{texts('batch.not-graded')} {not_graded}"]
    if outcome.not_tried:
        parts.append(f"{texts('batch.waiting')} {len(outcome.not_tried)}")
    if graded:
        parts.append(_mean(graded, texts))
    return " · ".join(parts)


def _notes(outcome: BatchOutcome, texts: Texts) -> list[str]:
    """What the signs mean that were printed beside marks."""
    provisional = sum(result.provisional for result in outcome.results)
    errors = sum(result.has_errors for result in outcome.results)
    notes = [texts("batch.provisional", count=provisional)] if provisional else []
    return [*notes, texts("batch.errors", count=errors)] if errors else notes


def _mean(points: list[int], texts: Texts) -> str:
    return f"{texts('batch.mean')} {shown_number(sum(points) / len(points), texts.language)}"


def progress_for(progress: str, language: Language) -> LineProgress | JsonProgress | TableProgress:
    """`json`, `lines`, or `auto`: a table on a terminal, lines elsewhere. Raises `GraderError` for any other value."""
    match progress:
        case "json":
            return JsonProgress()
        case "lines":
            return LineProgress(language)
        case "auto":
            return TableProgress(language) if sys.stdout.isatty() else LineProgress(language)
        case _:
            raise GraderError("usage.progress", given=repr(progress))
