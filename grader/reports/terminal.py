"""What the student sees: one line a check, and under what is not green what to mend."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Final, Protocol

import pytest

from grader.machine.text import inert, visible
from grader.reports.glyphs import ascii_only, folded, marks_for, padded, shows_unicode
from grader.reports.screen_words import WORDS
from grader.reports.streams import lasting

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from grader.machine.link import Link, LinkFacts
    from grader.messages import Language
    from grader.reports.results import CheckResult, ResultFile, Words
    from grader.request import GradingRequest
    from grader.scoring.judging import SuiteRun
    from grader.scoring.ledger import Row

__all__ = ["Screen"]

_COLOURS: Final = {"passed": "green", "failed": "red", "blocked": "yellow", "error": "purple", "skipped": "cyan"}
_FRENCH_SPACE: Final = re.compile(r"(?<=«) | (?=[»:;!?])")
_WIDEST: Final = 100
_INDENT: Final = 7


class Grading(Protocol):
    """The run that is shown; `grader.grading` has it."""

    language: Language
    results: list[ResultFile]
    results_folder: Path | None
    runs: dict[Path, SuiteRun]

    @property
    def request(self) -> GradingRequest: ...

    @property
    def machine_facts(self) -> LinkFacts: ...

    def connect(self) -> Link | None: ...

    def run_of(self, path: Path) -> SuiteRun | None: ...

    def check_result(self, run: SuiteRun, row: Row) -> CheckResult: ...


# pytest marks its reporter final, but reaches for it by name in many places: what is not said here must stay as it is.
class Screen(pytest.TerminalReporter):  # type: ignore[misc]
    """Stands where pytest's own reporter stood, and says things in its own way."""

    def __init__(self, config: pytest.Config, grading: Grading) -> None:
        # Whoever reads the screen may leave (`| head -1`); what is being graded is graded to its end all the same.
        screen, _ = lasting(sys.stdout)
        super().__init__(config, screen)
        self._grading = grading
        self._language: Language = grading.language
        self._words = WORDS[self._language]
        self._is_unicode = shows_unicode(sys.stdout, os.environ)
        self._marks = marks_for(is_unicode=self._is_unicode)
        self._seen: SuiteRun | None = None
        self._is_interrupted = False
        self._width = min(self._tw.fullwidth, _WIDEST) - 1

    # --- before the checks ---

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        self._session = session
        if self.verbosity < 0 or self.config.option.collectonly:
            return
        words, request = self._words, self._grading.request
        link = self._grading.connect()
        facts = self._grading.machine_facts
        machine = facts.url
        if facts.context:
            machine += f" ({words['context']} {facts.context})"
        if link:
            version = link.version()
            machine += f" · {version} · API {version.api}"
        ports = words["course_ports"]
        if request.ports:
            ports = words["own_ports"].format(first=request.ports.first, last=request.ports.last)
        self._say()
        for label, text in (
            ("machine", machine),
            ("student", visible(" ".join(filter(None, (request.student.id, request.student.name))))),
            ("ports", ports),
            ("language", self._language),
        ):
            self._lines(text, f"{words[label]:<9} ", " " * 10)

    def pytest_collection(self) -> None:
        """Collecting takes no time worth a line."""

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._add_stats("error", [report])

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if not self.config.option.collectonly:
            return
        for run in self._grading.runs.values():
            self._title(run)
            for row in run.ledger:
                if any(item.name == row.spec.name and run.suite.folder in item.path.parents for item in session.items):
                    self._row(row, listed=True)

    # --- each check ---

    def pytest_runtest_logstart(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        """A check is one line, written when it is over."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._tests_ran = True
        if report.failed:
            self._add_stats("failed" if report.when == "call" else "error", [report])
        if report.when != "teardown":
            return
        name = report.nodeid.rpartition("::")[2]
        path = self.config.rootpath / report.nodeid.partition("::")[0]
        run = self._grading.run_of(path)
        if run is None:
            return
        row = run.ledger[name]
        if self.verbosity < 0 and row.outcome.verdict == "passed":
            return
        if run is not self._seen:
            self._title(run)
            self._seen = run
        self._row(row)
        self._below(run, row)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """No progress in per cent: the checks are numbered."""
        return (yield)

    def _title(self, run: SuiteRun) -> None:
        self._say()
        title = getattr(run.suite.sheet.title, self._language)
        self._say(f"{run.suite.id.upper()} · {title}", bold=True)
        self._say()

    def _row(self, row: Row, *, listed: bool = False) -> None:
        verdict = row.outcome.verdict
        mark = " " if listed else self._marks[verdict]
        points = f"{row.spec.points}" if listed else f"{row.points}/{row.spec.points}"
        title = self._text(getattr(row.spec, self._language))
        room = self._width - _INDENT - len(points) - 1
        first, *more = folded(title, room)
        markup = {} if listed else {_COLOURS[verdict]: True}
        self.write(f"{row.number:>3} ")
        self.write(f"{mark:<2} ", **markup)
        self.write(f"{padded(first, room)} ", **({"bold": True} if verdict == "failed" and not listed else {}))
        self.write_line(points, **markup)
        for line in more:
            self._say(" " * _INDENT + line)
        if self.verbosity > 0:
            self._say(f"{' ' * _INDENT}{row.spec.name}  {row.duration_s:.2f} s", light=True)

    def _below(self, run: SuiteRun, row: Row) -> None:
        if row.outcome.verdict == "passed" or row.outcome.machine_lost:
            return  # why the machine cannot be looked at is said once, at the end
        result = self._grading.check_result(run, row)
        if result.message:
            self._paragraph(self._in_language(result.message))
        if row.outcome.is_ours:
            self._paragraph(self._words["internal"])
        elif result.hint and row.outcome.verdict != "skipped":
            self._labelled(self._words["hint"], self._in_language(result.hint))
        if result.diagnosis and row.outcome.verdict in {"failed", "error"}:
            self._say(f"{' ' * _INDENT}[{result.diagnosis.code}]", light=True)
        if self.verbosity > 0 and not row.outcome.is_ours:
            for line in result.evidence:
                self._paragraph(f"| {line}", light=True)

    # --- after the checks ---

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Generator[None]:
        yield
        for outcome in self._grading.results:
            self._summary(outcome)
        if self.config.option.tbstyle not in {"auto", "no"}:
            self.summary_failures()
            self.summary_errors()
        words = self._words
        if exitstatus == pytest.ExitCode.INTERRUPTED:
            self._is_interrupted = False
            self._say(words["interrupted"], yellow=True)
        elif exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            self._say()
            self._say(words["nothing"], yellow=True)
        elif session.shouldstop or session.shouldfail:
            self._say(words["stopped"], yellow=True)
        if self._grading.results_folder and self._grading.results and self.verbosity >= 0:
            self._say(words["files"].format(folder=self._grading.results_folder))

    def pytest_terminal_summary(self) -> Generator[None]:
        yield

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:  # noqa: ARG002
        """Where in our code Ctrl-C fell is of no use to a student: that it was one is said at the end."""
        self._is_interrupted = True

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        if self._is_interrupted:  # before any check: nothing was summed up
            self._say(self._words["interrupted"], yellow=True)
        self._tw.flush()

    def _summary(self, result: ResultFile) -> None:
        words = self._words
        self._say()
        which = f"{result.exercise.upper()} · " if len(self._grading.results) > 1 else ""
        if result.mark is None:
            self._say(which + words["not_graded"], bold=True, purple=True)
            if result.reason:
                self._paragraph(self._in_language(result.reason))
            reason = next((check for check in result.checks if check.verdict == "error"), None)
            if reason and reason.hint:
                self._labelled(words["hint"], self._in_language(reason.hint))
            return
        colour = "green" if result.points == result.max_points else "yellow"
        mark = f"{result.mark:.2f}".rstrip("0").rstrip(".")
        if self._language == "fr":
            mark = mark.replace(".", ",")
        colon = words["colon"]
        points = f"{which}{words['points']}{colon} {result.points}/{result.max_points}"
        self._say(f"{points} · {words['mark']}{colon} {mark}/{result.out_of}", bold=True, **{colour: True})
        if result.provisional:
            self._say(words["provisional"].format(count=result.not_tried_points), yellow=True)
        first = next((check for check in result.checks if check.verdict == "failed"), None)
        if first:
            self._mend_first(result, first)
        elif result.points == result.max_points:
            self._say(words["all_green"], green=True)

    def _mend_first(self, result: ResultFile, check: CheckResult) -> None:
        number = 1 + next(place for place, one in enumerate(result.checks) if one.id == check.id)
        wrong = self._in_language(check.message).splitlines()[-1] if check.message else ""
        title = self._in_language(check.title)
        self._say(f"{self._words['mend_first']}{self._words['colon']} {number}. {title}", bold=True)
        self._paragraph(wrong, indent=3)

    # --- writing ---

    def _in_language(self, words: Words) -> str:
        return str(getattr(words, self._language))

    def _text(self, text: str) -> str:
        text = inert(text)
        if not self._is_unicode:
            return ascii_only(text)
        # French puts a space before these, and no line may begin with one of them.
        return _FRENCH_SPACE.sub("\u00a0", text) if self._language == "fr" else text

    def _say(self, text: str = "", **markup: bool) -> None:
        bare = text.lstrip(" ")
        indent = " " * (len(text) - len(bare))
        self._lines(bare, indent, indent, **markup)

    def _paragraph(self, text: str, indent: int = _INDENT, **markup: bool) -> None:
        """Each line of `text`, wrapped to the terminal; what has a label keeps its lines under it."""
        for line in text.splitlines():
            hanging = line.index(":") + 2 if ":" in line[:12] else 0
            self._lines(line, " " * indent, " " * (indent + hanging), **markup)

    def _lines(self, text: str, first: str, rest: str, /, **markup: bool) -> None:
        for line in folded(self._text(text), self._width, self._text(first), rest):
            self.write_line(line, **markup)

    def _labelled(self, label: str, text: str) -> None:
        self._paragraph(f"{label}{self._words['colon']} {text}", cyan=True)
