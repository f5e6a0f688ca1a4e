"""The views of `grader watch`: a live table, or one line per change."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Final

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from grader.messages import Texts, say
from grader.reports.result_builder import build_check_result
from grader.reports.terminal.glyphs import supports_unicode, to_ascii, verdict_symbols
from grader.scoring.mark import compute_mark
from grader.text.widths import wrap_to_width

if TYPE_CHECKING:
    from grader.commands.watch.watch import WatchUpdate
    from grader.errors import MachineUnreachable
    from grader.messages import Field, Language
    from grader.scoring.scorecard import ScorecardRow
    from grader.scoring.suite import Suite

_COLOURS: Final = {"passed": "green", "failed": "red", "blocked": "yellow", "error": "magenta", "skipped": "cyan"}
_LOST: Final[tuple[Field, ...]] = ("wrong", "look")


class TableView:
    """On a terminal: a table of all checks, redrawn in place."""

    def __init__(self, suite: Suite, language: Language, hints: int) -> None:
        self._suite = suite
        self._texts = Texts("screen", language)
        self._hints = hints
        self._console = Console()
        self._is_unicode = supports_unicode(self._console, os.environ)
        self._marks = verdict_symbols(is_unicode=self._is_unicode)
        self._live = Live(console=self._console, auto_refresh=False)

    def __enter__(self) -> TableView:  # noqa: PYI034 - nobody derives from it
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, shown: WatchUpdate) -> None:
        table = self._render(shown, list(shown.scorecard))
        if len(self._console.render_lines(table)) > self._console.height:
            # If the table does not fit, its end is cut off, which has the first thing to fix: hide what is green.
            table = self._render(shown, [row for row in shown.scorecard if row.outcome.verdict != "passed"])
        self._live.update(table, refresh=True)

    def _text(self, text: str, style: str = "") -> Text:
        return Text(text if self._is_unicode else to_ascii(text), style=style)

    def _render(self, shown: WatchUpdate, rows: list[ScorecardRow]) -> Group:
        title = self._texts.pick(self._suite.spec.title)
        table = Table(box=None, show_header=False, padding=(0, 1), expand=False)
        table.add_column(justify="right")
        table.add_column()
        table.add_column(ratio=1)
        table.add_column(justify="right")
        for row in rows:
            verdict = row.outcome.verdict
            style = "bold" if row.spec.name in shown.judged_checks else ""
            words = self._text(self._texts.pick(row.spec.title), style)
            points = f"{row.points}/{row.spec.points}"
            table.add_row(str(row.number), Text(self._marks[verdict], style=_COLOURS[verdict]), words, points)
        return Group(self._text(f"{self._suite.id.upper()} · {title}", "bold"), table, *self._footer(shown))

    def _footer(self, shown: WatchUpdate) -> list[Text]:
        if shown.lost:
            return [self._text(line, "magenta") for line in _lost_lines(shown.lost, self._texts)]
        total = compute_mark(shown.scorecard)
        lines = [
            self._text(
                f"{total.points}/{total.max_points} · {shown.took_s * 1000:.0f} ms · {self._texts('quit')}", "dim"
            )
        ]
        first = next((row for row in shown.scorecard if row.outcome.verdict == "failed"), None)
        return [*self._first_failure(first, shown), *lines] if first else lines

    def _first_failure(self, row: ScorecardRow, shown: WatchUpdate) -> list[Text]:
        """The first thing to fix, as the usual screen shows it."""
        folder = self._suite.folder
        result = build_check_result(row, shown.scorecard, folder.parent.parent, self._hints)
        number = f"{row.number}. "
        message = self._texts.pick(result.message or result.title).splitlines()
        lines = [self._indented("" if at else number, line, "red") for at, line in enumerate(message)]
        if result.hint:
            lines.append(self._indented("", self._texts.labelled("hint", self._texts.pick(result.hint)), "cyan"))
        return lines

    def _indented(self, first: str, text: str, style: str) -> Text:
        """Wraps `text`, indented under the number of its check."""
        text = text if self._is_unicode else to_ascii(text)
        return Text("\n".join(wrap_to_width(text, self._console.width, f"{first:<4}", " " * 4)), style=style)


class LineView:
    """Without a terminal: one line per changed verdict."""

    def __init__(self, language: Language) -> None:
        self._texts = Texts("screen", language)
        self._known: dict[str, str] = {}
        self._marks = verdict_symbols(is_unicode=False)
        self._lost = ""

    def show(self, shown: WatchUpdate) -> None:
        at = time.strftime("%H:%M:%S")
        if shown.lost:
            self._print_lost(at, shown.lost)
            return
        self._lost = ""
        for row in shown.scorecard:
            verdict = row.outcome.verdict
            if self._known.get(row.spec.name) != verdict + row.outcome.code:
                self._known[row.spec.name] = verdict + row.outcome.code
                code = f" [{row.outcome.code}]" if row.outcome.code else ""
                print(
                    f"{at} {row.number} {self._marks[verdict]} {self._texts.pick(row.spec.title)}{code} "
                    f"({shown.took_s * 1000:.0f} ms)",
                    flush=True,
                )

    def _print_lost(self, at: str, lost: MachineUnreachable) -> None:
        """Once, and not again for as long as it stays so."""
        sentence = "; ".join(_lost_lines(lost, self._texts))
        if sentence != self._lost:
            self._lost = sentence
            self._known.clear()
            print(f"{at} {self._marks['error']} {sentence}", flush=True)


def _lost_lines(lost: MachineUnreachable, texts: Texts) -> list[str]:
    """Why nothing can be judged, what to do, and what the command does now."""
    lines = [say(lost.code, part, lost.values, texts.language) for part in _LOST]
    return [*filter(None, lines), texts("waiting-for-docker")]
