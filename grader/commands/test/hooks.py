"""pytest's hooks: grades the exercises named on the command line, from collection to results."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - pytest reads the fixture's annotations
from typing import TYPE_CHECKING

import pytest

from grader import exit_codes
from grader.errors import ExerciseError, GraderError, MachineUnreachable
from grader.exercise.messages import read_exercise_messages
from grader.exercise.spec import read_exercise_spec, require_ports
from grader.grading.checks_loop import SuiteRun
from grader.grading.request import as_recorded, machine_of
from grader.grading.run import Run
from grader.machine.machine import Machine  # noqa: TC001 - as above
from grader.machine.recording.recorder import Recorder
from grader.machine.recording.replay import Replay
from grader.machine.transport.connect import open_transport
from grader.machine.transport.interface import TransportFacts
from grader.output_streams import interrupt_on_termination
from grader.reports.result_builder import build_check_result
from grader.scoring.check import spec_of
from grader.scoring.suite import Suite, unreadable_suite
from grader.signals import reset_signals

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from grader.grading.request import GradingRequest
    from grader.machine.transport.interface import Transport
    from grader.messages import Language
    from grader.reports.result import CheckResult, ResultFile
    from grader.scoring.scorecard import ScorecardRow


@dataclass(frozen=True)
class _Selection:
    """One argument of the command line: a path, and perhaps a check."""

    path: Path
    name: str

    @classmethod
    def of(cls, arg: str, start: Path) -> _Selection:
        path, _, name = arg.partition("::")
        return cls((start / path).resolve(), name)

    def covers(self, item: pytest.Item) -> bool:
        return self.path in (item.path, *item.path.parents) and self.name in {"", item.name}


class GradingPlugin:
    def __init__(
        self,
        config: pytest.Config,
        requests: list[GradingRequest],
        arguments: dict[str, str],
        language: Language,
        folder: Path | None,
    ) -> None:
        """`requests`: one per exercise, otherwise equal. `arguments`: as typed, and as meant. `folder`: for results."""
        self.config = config
        self.arguments = arguments
        self.language: Language = language
        self.results_folder = folder
        # Whole exercises are collected, since the total never moves; checks that are not asked for are deselected.
        self._selections = [_Selection.of(arg, config.invocation_params.dir) for arg in arguments.values()]
        config.args[:] = [str(request.exercise) for request in requests]
        self._specs = {request.exercise: read_exercise_spec(request.exercise) for request in requests}
        self._run = Run(requests[0], TransportFacts(str(requests[0].machine)))
        self.runs: dict[Path, SuiteRun] = {}
        """Maps each exercise's folder to its run; empty until collection is done."""
        self.results: list[ResultFile] = []
        self._transport: Transport | None = None
        if self.request.machine.scheme == "recording":
            self.connect()
            recording = self._transport.recording if isinstance(self._transport, Replay) else None
            self._run.request = as_recorded(self.request, recording)
        for exercise, spec in self._specs.items():
            require_ports(spec, exercise.name, self.request.ports)
        if folder and not config.option.collectonly:
            from grader.reports.result_files import prepare_results_folder  # noqa: PLC0415 - JUnit is slow to import

            prepare_results_folder(folder)

    def pytest_sessionstart(self) -> None:
        """Makes a cancelled job end like Ctrl-C: dropped files are removed, broken things repaired."""
        if threading.current_thread() is threading.main_thread():
            reset_signals()
            interrupt_on_termination()

    # --- the machine ---

    def connect(self) -> Transport | None:
        """The transport to the machine, opened once; `None` if it is unreachable (see `lost`)."""
        run = self._run
        if self._transport is None and run.lost is None:
            try:
                self._transport = open_transport(self.request.machine, self.request.ssh_config)
                run.facts, run.version = self._transport.facts, self._transport.version()
            except MachineUnreachable as error:
                run.lost = error
        return None if run.lost else self._transport

    @property
    def request(self) -> GradingRequest:
        return self._run.request

    @property
    def machine_facts(self) -> TransportFacts:
        return self._run.facts

    @pytest.fixture
    def machine(self, request: pytest.FixtureRequest) -> Machine:
        """The student's Docker host, with the roles of the exercise."""
        run = self.run_of(request.path)
        if run is None:
            raise ExerciseError("suite.fixture", where=request.path)
        transport = self.connect()
        if transport is None:
            assert self._run.lost
            raise self._run.lost
        if run.machine is None:
            recorder = Recorder(transport) if self.request.record else transport
            run.machine = machine_of(self.request, recorder, run.suite.spec)
        return run.machine

    def run_of(self, path: Path) -> SuiteRun | None:
        """The run of the exercise that contains `path`."""
        return next((run for folder, run in self.runs.items() if folder in (path, *path.parents)), None)

    # --- collection: the scorecards are opened before anything runs ---

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Opens the scorecards with all collected checks, before `-k` and the like deselect any."""
        try:
            for folder, spec in self._specs.items():
                checks = tuple(_check(item) for item in items if folder in item.path.parents)
                self.runs[folder] = SuiteRun(Suite(folder, spec, checks, read_exercise_messages(folder)))
        except ExerciseError as error:
            raise self._usage_error(error) from error
        for one in self._selections:
            self._require_match(one, items)
        chosen = [item for item in items if any(one.covers(item) for one in self._selections)]
        if len(chosen) < len(items):
            self.config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
            items[:] = chosen

    def _require_match(self, selection: _Selection, items: list[pytest.Item]) -> None:
        """Stops the run if a check's name is mistyped: otherwise nothing would be graded."""
        run = self.run_of(selection.path)
        if run and selection.name and not any(selection.covers(item) for item in items):
            folder = os.path.relpath(run.suite.folder, self.config.invocation_params.dir)
            raise self._usage_error(GraderError("usage.no-check", exercise=run.suite.id, folder=folder))

    def _usage_error(self, error: GraderError) -> pytest.UsageError:
        return pytest.UsageError(error.message(self.language))

    def pytest_exception_interact(self, call: pytest.CallInfo[object], report: object) -> None:
        """Stops the run with one sentence if a suite cannot be read: nobody is graded by half a suite."""
        if isinstance(report, pytest.CollectReport) and call.excinfo:
            error = call.excinfo.value
            if not isinstance(error, GraderError):
                error = unreadable_suite(report.nodeid, error.__cause__ or error)
            raise self._usage_error(error) from call.excinfo.value

    # --- one check ---

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        run, row = self._row(item)
        if not run.may_run(row, disposable=self.request.disposable):
            pytest.skip(row.outcome.code)

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, object]:
        run, row = self._row(pyfuncitem)
        with run.judged(row):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        run, row = self._row(item)
        if call.when != "call" and call.excinfo and not call.excinfo.errisinstance(pytest.skip.Exception):
            # A fixture failed. If it failed at teardown, the check keeps no points.
            run.fail(row, call.excinfo.value)
            row.duration_s += call.duration
        if report.failed and row.outcome.verdict in {"skipped", "blocked"}:
            report.outcome = "skipped"
            report.longrepr = (row.spec.file, row.spec.line, row.outcome.code)
        return report

    def _row(self, item: pytest.Item) -> tuple[SuiteRun, ScorecardRow]:
        run = next(run for folder, run in self.runs.items() if folder in item.path.parents)
        return run, run.scorecard[item.name]

    # --- the end ---

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if exitstatus in {0, 1, 2} and session.testscollected and not self.config.option.collectonly:
            self.results = [self._run.result(run.scorecard, run.suite.folder) for run in self.runs.values()]
            if self.results_folder:
                self._write(self.results_folder)
        if exitstatus in {0, 1}:
            session.exitstatus = self._exit_code()
        if self._transport:
            self._transport.close()

    def check_result(self, run: SuiteRun, row: ScorecardRow) -> CheckResult:
        """One row, as on the screen and in the results."""
        return build_check_result(row, run.scorecard, run.suite.folder.parent.parent, self.request.hints)

    def _write(self, folder: Path) -> None:
        from grader.machine.recording.format import encode_recording  # noqa: PLC0415 - as above
        from grader.results.folder import open_ledger_if_any  # noqa: PLC0415 - as above
        from grader.results.storing import store_result  # noqa: PLC0415 - as above

        for result, run in zip(self.results, self.runs.values(), strict=True):
            recording = None
            if self.request.record:
                transport = run.machine.transport if run.machine else self._transport
                recording = encode_recording(self._run.recording(result, transport, run.suite.spec))
            try:
                with open_ledger_if_any(folder, os.environ) as ledger:
                    store_result(result, folder, self.language, recording=recording, ledger=ledger)
            except GraderError as error:
                raise self._usage_error(error) from error
            except OSError as error:
                fault = GraderError("results.not-writable", path=folder, detail=error.strerror)
                raise self._usage_error(fault) from error

    def _exit_code(self) -> int:
        rows = [row for run in self.runs.values() for row in run.scorecard]
        errors = [row.outcome for row in rows if row.outcome.verdict == "error"]
        if any(not outcome.is_grader_bug for outcome in errors):
            return exit_codes.NOT_GRADED
        if errors:
            return int(pytest.ExitCode.INTERNAL_ERROR)
        if all(row.outcome.verdict == "skipped" for row in rows):
            return int(pytest.ExitCode.NO_TESTS_COLLECTED)  # as with --setup-plan: no check was run
        failed = any(row.outcome.verdict in {"failed", "blocked"} for row in rows)
        return int(pytest.ExitCode.TESTS_FAILED if failed else pytest.ExitCode.OK)


def _check(item: pytest.Item) -> Callable[..., None]:
    """The function of a test. Raises `ExerciseError` if it is not a check."""
    function: Callable[..., None] | None = getattr(item, "function", None)
    spec = spec_of(function)
    where = f"{item.path}:{(item.location[1] or 0) + 1}"
    if spec is None or function is None:
        raise ExerciseError("suite.not-a-check", where=where, check=item.name)
    if item.name != spec.name:
        raise ExerciseError("suite.parametrized", where=where, check=item.name)
    return function
