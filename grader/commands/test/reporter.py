"""The student's screen: one line per check, and below each problem how to fix it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final, Protocol

import pytest

from grader.messages import Texts
from grader.messages.numbers import shown_mark
from grader.output_streams import tolerate_loss
from grader.reports.terminal.glyphs import supports_unicode, to_ascii, verdict_symbols
from grader.text.escaping import defuse_ci_commands, escape_control_characters
from grader.text.widths import pad_to_width, wrap_to_width

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from grader.grading.checks_loop import SuiteRun
    from grader.grading.request import GradingRequest
    from grader.machine.transport.interface import Transport, TransportFacts
    from grader.messages import Language, Words
    from grader.reports.result import CheckResult, ResultFile
    from grader.scoring.scorecard import ScorecardRow

_COLOURS: Final = {"passed": "green", "failed": "red", "blocked": "yellow", "error": "purple", "skipped": "cyan"}
_WIDEST: Final = 100
_INDENT: Final = 7


class GradingSession(Protocol):
    """The run to show."""

    language: Language
    arguments: dict[str, str]
    """Each argument as it was typed, and as it is meant."""
    results: list[ResultFile]
    results_folder: Path | None
    runs: dict[Path, SuiteRun]

    @property
    def request(self) -> GradingRequest: ...

    @property
    def machine_facts(self) -> TransportFacts: ...

    def connect(self) -> Transport | None: ...

    def run_of(self, path: Path) -> SuiteRun | None: ...

    def check_result(self, run: SuiteRun, row: ScorecardRow) -> CheckResult: ...


# pytest marks its reporter final, but looks it up by name in many places: what is not overridden here must stay.
class GraderTerminalReporter(pytest.TerminalReporter):  # type: ignore[misc]
    """Replaces pytest's own reporter."""

    def __init__(self, config: pytest.Config, grading: GradingSession) -> None:
        # The reader may leave (`| head -1`); the grading runs to its end all the same.
        screen, _ = tolerate_loss(sys.stdout)
        super().__init__(config, screen)
        self._grading = grading
        self._language: Language = grading.language
        self._texts = Texts("screen", self._language)
        self._is_unicode = supports_unicode(sys.stdout, os.environ)
        self._symbols = verdict_symbols(is_unicode=self._is_unicode)
        self._titled_exercise: SuiteRun | None = None
        self._is_interrupted = False
        self._width = min(self._tw.fullwidth, _WIDEST) - 1

    # --- before the checks ---

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        self._session = session
        if self.verbosity < 0 or self.config.option.collectonly:
            return
        texts, request = self._texts, self._grading.request
        transport = self._grading.connect()
        facts = self._grading.machine_facts
        machine = facts.url
        if facts.context:
            machine += f" ({texts('context')} {facts.context})"
        if transport:
            version = transport.version()
            machine += f" · {version} · API {version.api}"
        ports = texts("course-ports")
        if request.ports:
            ports = texts("own-ports", first=request.ports.first, last=request.ports.last)
        self._print_line()
        for typed, meant in self._grading.arguments.items():
            if typed != meant:
                self._print_line(texts("meant", typed=escape_control_characters(typed), meant=meant))
        for label, text in (
            ("machine", machine),
            ("student", escape_control_characters(" ".join(filter(None, (request.student.id, request.student.name))))),
            ("ports", ports),
            ("language", self._language),
        ):
            self._print_wrapped(text, f"{texts(label):<9} ", " " * 10)

    def pytest_collection(self) -> None:
        """Collection needs no line."""

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._add_stats("error", [report])

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if not self.config.option.collectonly:
            return
        for run in self._grading.runs.values():
            self._print_title(run)
            for row in run.scorecard:
                if any(item.name == row.spec.name and run.suite.folder in item.path.parents for item in session.items):
                    self._print_row(row, listed=True)

    # --- each check ---

    def pytest_runtest_logstart(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        """A check is one line, printed at its end."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._tests_ran = True
        if report.failed:
            self._add_stats("failed" if report.when == "call" else "error", [report])
        if report.when != "teardown":
            return
        name = report.nodeid.rpartition("::")[2]
        # Not the node id: behind a link it begins at the folder that was typed.
        run = self._grading.run_of((self.config.rootpath / report.location[0]).resolve())
        if run is None:
            return
        row = run.scorecard[name]
        if self.verbosity < 0 and row.outcome.verdict == "passed":
            return
        if run is not self._titled_exercise:
            self._print_title(run)
            self._titled_exercise = run
        self._print_row(row)
        self._print_details(run, row)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """No progress in per cent: the checks are numbered."""
        return (yield)

    def _print_title(self, run: SuiteRun) -> None:
        self._print_line()
        title = self._texts.pick(run.suite.spec.title)
        self._print_line(f"{run.suite.id.upper()} · {title}", bold=True)
        self._print_line()

    def _print_row(self, row: ScorecardRow, *, listed: bool = False) -> None:
        verdict = row.outcome.verdict
        mark = " " if listed else self._symbols[verdict]
        points = f"{row.spec.points}" if listed else f"{row.points}/{row.spec.points}"
        title = self._printable(self._texts.pick(row.spec.title))
        width = self._width - _INDENT - len(points) - 1
        first, *more = wrap_to_width(title, width)
        markup = {} if listed else {_COLOURS[verdict]: True}
        self.write(f"{row.number:>3} ")
        self.write(f"{mark:<2} ", **markup)
        self.write(f"{pad_to_width(first, width)} ", **({"bold": True} if verdict == "failed" and not listed else {}))
        self.write_line(points, **markup)
        for line in more:
            self._print_line(" " * _INDENT + line)
        if self.verbosity > 0:
            self._print_line(f"{' ' * _INDENT}{row.spec.name}  {row.duration_s:.2f} s", light=True)

    def _print_details(self, run: SuiteRun, row: ScorecardRow) -> None:
        if row.outcome.verdict == "passed" or row.outcome.machine_lost:
            return  # the reason is printed once, at the end
        result = self._grading.check_result(run, row)
        if result.message:
            self._print_paragraph(self._texts.pick(result.message))
        if row.outcome.is_grader_bug:
            self._print_paragraph(self._texts("internal"))
        elif result.hint and row.outcome.verdict != "skipped":
            self._print_hint(result.hint)
        if result.is_hint_only:
            return
        if result.diagnosis and row.outcome.verdict in {"failed", "error"}:
            self._print_line(f"{' ' * _INDENT}[{result.diagnosis.code}]", light=True)
        if self.verbosity > 0 and not row.outcome.is_grader_bug:
            for line in result.evidence:
                self._print_paragraph(f"| {line}", light=True)

    # --- after the checks ---

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Generator[None]:
        yield
        for outcome in self._grading.results:
            self._print_summary(outcome)
        if self.config.option.tbstyle not in {"auto", "no"}:
            self.summary_failures()
            self.summary_errors()
        texts = self._texts
        if exitstatus == pytest.ExitCode.INTERRUPTED:
            self._is_interrupted = False
            self._print_line(texts("interrupted"), yellow=True)
        elif exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            self._print_line()
            self._print_line(texts("nothing"), yellow=True)
        elif session.shouldstop or session.shouldfail:
            self._print_line(texts("stopped"), yellow=True)
        if self._grading.results_folder and self._grading.results and self.verbosity >= 0:
            self._print_line(texts("files", folder=self._grading.results_folder))

    def pytest_terminal_summary(self) -> Generator[None]:
        yield

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:  # noqa: ARG002 - pytest's hook
        """A traceback is of no use to a student: the end of the output says that it was interrupted."""
        self._is_interrupted = True

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        if self._is_interrupted:  # before any check: nothing was summed up
            self._print_line(self._texts("interrupted"), yellow=True)
        self._tw.flush()

    def _print_summary(self, result: ResultFile) -> None:
        texts = self._texts
        self._print_line()
        which = f"{result.exercise.upper()} · " if len(self._grading.results) > 1 else ""
        if result.mark is None:
            self._print_line(which + texts("not-graded"), bold=True, purple=True)
            if result.reason:
                self._print_paragraph(self._texts.pick(result.reason))
            reason = next((check for check in result.checks if check.verdict == "error"), None)
            if reason and reason.hint:
                self._print_hint(reason.hint)
            return
        colour = "green" if result.points == result.max_points else "yellow"
        points = texts.labelled("points", f"{result.points}/{result.max_points}")
        mark = texts.labelled("mark", shown_mark(result.mark, result.out_of, self._language))
        self._print_line(f"{which}{points} · {mark}", bold=True, **{colour: True})
        if result.provisional:
            self._print_line(texts("provisional", count=result.not_tried_points), yellow=True)
        first = next((check for check in result.checks if check.verdict == "failed"), None)
        if first:
            self._print_fix_first(result, first)
        elif result.points == result.max_points:
            self._print_line(texts("all-passed"), green=True)

    def _print_fix_first(self, result: ResultFile, check: CheckResult) -> None:
        number = 1 + next(place for place, one in enumerate(result.checks) if one.id == check.id)
        wrong = self._texts.pick(check.message).splitlines()[-1] if check.message else ""
        diagnoses = [check.diagnosis, *check.also] if check.diagnosis else []
        named = [f"`{name}`" for one in diagnoses if (name := one.values.get("name") or one.values.get("service"))]
        if not any(name in wrong for name in named):
            wrong = ", ".join(dict.fromkeys(named)) + f"{self._texts('colon')} {wrong}" if named else wrong
        title = self._texts.pick(check.title)
        self._print_line(self._texts.labelled("fix-first", f"{number}. {title}"), bold=True)
        self._print_paragraph(wrong, indent=3)

    # --- writing ---

    def _printable(self, text: str) -> str:
        text = defuse_ci_commands(text)
        return text if self._is_unicode else to_ascii(text)

    def _print_line(self, text: str = "", **markup: bool) -> None:
        bare = text.lstrip(" ")
        indent = " " * (len(text) - len(bare))
        self._print_wrapped(bare, indent, indent, **markup)

    def _print_paragraph(self, text: str, indent: int = _INDENT, **markup: bool) -> None:
        """Prints each line of `text`, wrapped; lines after a label are indented below it."""
        for line in text.splitlines():
            hanging = line.index(":") + 2 if ":" in line[:12] else 0
            self._print_wrapped(line, " " * indent, " " * (indent + hanging), **markup)

    def _print_wrapped(self, text: str, first: str, rest: str, /, **markup: bool) -> None:
        for line in wrap_to_width(self._printable(text), self._width, self._printable(first), rest):
            self.write_line(line, **markup)

    def _print_hint(self, hint: Words) -> None:
        self._print_paragraph(self._texts.labelled("hint", self._texts.pick(hint)), cyan=True)
