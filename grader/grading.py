"""One run of pytest over one or more exercises: from collection to results. The hooks that judge live here."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - pytest reads the fixture's annotations
from typing import TYPE_CHECKING, Final

import pytest

from grader.errors import ExerciseError, GraderError, MachineUnreachable, TypedError
from grader.grade import Run
from grader.machine.link import LinkFacts
from grader.machine.machine import Machine
from grader.machine.reach import reach
from grader.machine.recorder import Recorder
from grader.machine.replay import Replay
from grader.machine.sheet import check_ports, read_sheet
from grader.reports.of_ledger import check_result
from grader.reports.streams import end_as_ctrl_c_does
from grader.scoring.exercise import Exercise
from grader.scoring.judging import hindrance, looked_at_nothing
from grader.scoring.ledger import Ledger
from grader.scoring.spec import CheckSpec, spec_of
from grader.scoring.verdict import judge
from grader.settings import as_recorded
from grader.signals import reset_signals

if TYPE_CHECKING:
    from collections.abc import Generator

    from grader.machine.link import Link
    from grader.reports.results import CheckResult, ResultFile
    from grader.scoring.ledger import Row
    from grader.settings import Settings

__all__ = ["Grading"]

NOT_GRADED: Final = 6
"""Exit code of a run in which the machine could not be graded."""


@dataclass(frozen=True)
class _Selection:
    """What one argument of the command line asks for."""

    path: Path
    name: str

    @classmethod
    def of(cls, arg: str, start: Path) -> _Selection:
        path, _, name = arg.partition("::")
        return cls((start / path).resolve(), name)

    def covers(self, item: pytest.Item) -> bool:
        return self.path in (item.path, *item.path.parents) and self.name in {"", item.name}


class Grading:
    def __init__(self, config: pytest.Config, settings: Settings, folders: list[Path]) -> None:
        self.config = config
        # Whole exercises are collected whatever is asked for, since the total never moves; the rest is deselected.
        self._selections = [_Selection.of(arg, config.invocation_params.dir) for arg in config.args]
        config.args[:] = [str(folder) for folder in folders]
        self._run = Run(settings, LinkFacts(str(settings.machine)))
        self.results: list[ResultFile] = []
        self._link: Link | None = None
        self.exercises = {folder: Exercise(folder, read_sheet(folder)) for folder in folders}
        if settings.machine.scheme == "recording":
            self.connect()
            recording = self._link.recording if isinstance(self._link, Replay) else None
            self._run.settings = as_recorded(settings, recording)
        for exercise in self.exercises.values():
            check_ports(exercise.sheet, exercise.id, self.settings.ports)
        if settings.results and not config.option.collectonly:
            from grader.reports.files import ready_for_results  # noqa: PLC0415 - JUnit is slow to import

            ready_for_results(settings.results)

    def pytest_sessionstart(self) -> None:
        """A job that is cancelled ends as Ctrl-C does: what was dropped is taken away, what was broken mended."""
        if threading.current_thread() is threading.main_thread():
            reset_signals()
            end_as_ctrl_c_does()

    # --- the machine ---

    def connect(self) -> Link | None:
        """The link to the machine, opened once; `None` where there is none, and the run says why."""
        run = self._run
        if self._link is None and run.lost is None:
            try:
                self._link = reach(self.settings.machine, self.settings.ssh_config)
                run.facts, run.version = self._link.facts, self._link.version()
            except MachineUnreachable as error:
                run.lost = error
        return None if run.lost else self._link

    @property
    def settings(self) -> Settings:
        return self._run.settings

    @property
    def machine_facts(self) -> LinkFacts:
        return self._run.facts

    @pytest.fixture
    def machine(self, request: pytest.FixtureRequest) -> Machine:
        """The student's Docker host, by the roles of the exercise that asks."""
        exercise = self.exercise_of(request.path)
        if exercise is None:
            pytest.fail("the fixture `machine` is for checks in an exercise's folder")
        link = self.connect()
        if link is None:
            assert self._run.lost  # noqa: S101 - no link means a reason
            raise self._run.lost
        if exercise.machine is None:
            exercise.machine = Machine(
                Recorder(link) if self.settings.record else link,
                exercise.sheet,
                ports=self.settings.ports,
                passive=self.settings.passive,
                disposable=self.settings.disposable,
            )
        return exercise.machine

    def exercise_of(self, path: Path) -> Exercise | None:
        return next((one for folder, one in self.exercises.items() if folder in (path, *path.parents)), None)

    # --- collection: the ledger is opened before anything runs ---

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Opens the ledger on everything collected, before `-k` and the like take any of it away."""
        try:
            for item in items:
                self._exercise(item).specs.append(_spec(item))
            for exercise in self.exercises.values():
                sheet = exercise.folder / "exercise.toml"
                exercise.ledger = Ledger(exercise.specs, exercise.sheet.points, str(sheet))
        except ExerciseError as error:
            raise pytest.UsageError(str(error)) from error
        for one in self._selections:
            self._must_mean_something(one, items)
        chosen = [item for item in items if any(one.covers(item) for one in self._selections)]
        if len(chosen) < len(items):
            self.config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
            items[:] = chosen

    def _must_mean_something(self, selection: _Selection, items: list[pytest.Item]) -> None:
        """A check that was mistyped stops the run: nothing would be graded, and nobody be told why."""
        exercise = self.exercise_of(selection.path)
        if exercise and selection.name and not any(selection.covers(item) for item in items):
            folder = os.path.relpath(exercise.folder, self.config.invocation_params.dir)
            error = TypedError("typed-no-check", exercise=exercise.id, folder=folder)
            raise pytest.UsageError(error.said(self.settings.language))

    def pytest_exception_interact(self, call: pytest.CallInfo[object], report: object) -> None:
        """A suite that cannot be read stops the run in one sentence: nobody is graded by half of it."""
        if isinstance(report, pytest.CollectReport) and call.excinfo:
            error = call.excinfo.value
            if isinstance(error, GraderError):
                raise pytest.UsageError(str(error)) from error
            cause = error.__cause__ or error
            sentence = f"{report.nodeid}: cannot be read as a suite: {type(cause).__name__}: {cause}"
            raise pytest.UsageError(sentence) from error

    # --- one check ---

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        exercise = self._exercise(item)
        assert exercise.ledger is not None  # noqa: S101 - opened at collection
        row = exercise.ledger[item.name]
        hindered = hindrance(exercise.ledger, row, disposable=self.settings.disposable)
        if hindered:
            row.outcome = hindered
            pytest.skip(hindered.code)

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, object]:
        machine = self._exercise(pyfuncitem).machine
        if machine:
            machine.trail = []
        result = yield
        if machine and not machine.trail:
            raise looked_at_nothing(pyfuncitem.name)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        exercise = self._exercise(item)
        assert exercise.ledger is not None  # noqa: S101 - opened at collection
        row = exercise.ledger[item.name]
        if call.when == "call" or (call.excinfo and not call.excinfo.errisinstance(pytest.skip.Exception)):
            outcome = judge(call.excinfo.value if call.excinfo else None, exercise.folder)
            outcome = exercise.ledger.settled(row, outcome)
            outcome = outcome.with_trail(exercise.machine.trail if exercise.machine else [])
            outcome = outcome.with_traceback(report.longreprtext.splitlines()[-60:])
            # An exception while cleaning up must not take a failure back, nor leave points behind.
            if call.when == "call" or outcome.verdict != "passed":
                row.outcome = outcome
            row.duration_s += call.duration
            if outcome.verdict in {"skipped", "blocked"}:
                report.outcome = "skipped"
                report.longrepr = (row.spec.file, row.spec.line, outcome.code)
        return report

    def _exercise(self, item: pytest.Item) -> Exercise:
        exercise = self.exercise_of(item.path)
        assert exercise is not None  # noqa: S101 - anything else was refused at collection
        return exercise

    # --- the end ---

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if exitstatus in {0, 1, 2} and session.testscollected and not self.config.option.collectonly:
            self.results = [self._result(exercise) for exercise in self.exercises.values() if exercise.ledger]
            if self.settings.results:
                self._write(self.settings.results)
        if exitstatus in {0, 1}:
            session.exitstatus = self._exit_code()
        if self._link:
            self._link.close()

    def check_result(self, exercise: Exercise, row: Row) -> CheckResult:
        """One row in words, as the screen shows it and the results hold it."""
        assert exercise.ledger is not None  # noqa: S101 - rows come from one
        return check_result(row, exercise.ledger, exercise.folder.parent.parent, self.settings.hints)

    def _result(self, exercise: Exercise) -> ResultFile:
        assert exercise.ledger is not None  # noqa: S101 - the caller looked
        return self._run.result(exercise.ledger, exercise.folder)

    def _write(self, folder: Path) -> None:
        # JUnit is slow to import, and not always wanted.
        from grader.reports.files import write_recording, write_reports  # noqa: PLC0415

        for result, exercise in zip(self.results, self.exercises.values(), strict=True):
            try:
                write_reports(result, folder, self.settings.language)
                if self.settings.record:
                    link = exercise.machine.link if exercise.machine else self._link
                    write_recording(self._run.recording(result, link), folder)
            except OSError as error:
                said = TypedError("typed-results", path=str(folder), detail=str(error.strerror))
                raise pytest.UsageError(said.said(self.settings.language)) from error

    def _exit_code(self) -> int:
        rows = [row for exercise in self.exercises.values() for row in exercise.ledger or ()]
        errors = [row.outcome for row in rows if row.outcome.verdict == "error"]
        if any(not outcome.is_ours for outcome in errors):
            return NOT_GRADED
        if errors:
            return int(pytest.ExitCode.INTERNAL_ERROR)
        if all(row.outcome.verdict == "skipped" for row in rows):
            return int(pytest.ExitCode.NO_TESTS_COLLECTED)  # as with --setup-plan: nothing was tried, nothing passed
        failed = any(row.outcome.verdict in {"failed", "blocked"} for row in rows)
        return int(pytest.ExitCode.TESTS_FAILED if failed else pytest.ExitCode.OK)


def _spec(item: pytest.Item) -> CheckSpec:
    function = getattr(item, "function", None)
    spec = spec_of(function)
    where = f"{item.path}:{(item.location[1] or 0) + 1}"
    if spec is None:
        raise ExerciseError(f"{where}: {item.name} is no check; put @check(points=…, fr=…, en=…) above it")
    if item.name != spec.name:
        raise ExerciseError(f"{where}: {item.name} is parametrized; wanted one check a function, each with its title")
    return spec
