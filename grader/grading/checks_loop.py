"""The loop over the checks of a suite. pytest's hooks and `run_checks` judge each check with the same code."""

from __future__ import annotations

import time
import traceback
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.checks.failure import CheckFailed, CheckSkipped
from grader.checks.root_cause import find_root_cause
from grader.errors import ExerciseError, MachineUnreachable
from grader.scoring.verdict import Outcome, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from grader.machine.machine import Machine
    from grader.scoring.scorecard import Scorecard, ScorecardRow
    from grader.scoring.suite import Suite

_TRACEBACK_LINES: Final = 60


class SuiteRun:
    """The checks of one suite, run on one machine. `run_checks` runs them in a loop, under pytest its hooks do."""

    def __init__(self, suite: Suite, machine: Machine | None = None) -> None:
        self.suite = suite
        self.scorecard = suite.scorecard()
        self.machine = machine
        """`None` until the first check asks for it."""

    def may_run(self, row: ScorecardRow, *, disposable: bool) -> bool:
        """False for a check that must not run: a check that it needs did not pass, or it needs a disposable machine.

        Its outcome is then set.
        """
        hindered = self.scorecard.outcome_without_running(row.spec.name)
        if hindered is None and row.spec.disposable and not disposable:
            hindered = judge(CheckSkipped("disposable"))
        if hindered:
            row.outcome = hindered
        return hindered is None

    @contextmanager
    def judged(self, row: ScorecardRow) -> Iterator[None]:
        """Runs a check in its block and judges it: it passes if nothing is raised. Exceptions are raised again."""
        if self.machine:
            self.machine.questions_asked = []
        began = time.monotonic()
        try:
            yield
            if self.machine and not self.machine.questions_asked:
                # Points need evidence from this run.
                raise ExerciseError("suite.looked-at-nothing", check=row.spec.name)  # noqa: TRY301 - judged like what a check raises
            row.outcome = judge(None)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            if self.machine and isinstance(error, CheckFailed):
                self.fail(row, find_root_cause(self.machine, error))
            else:
                self.fail(row, error)
            raise
        finally:
            row.duration_s += time.monotonic() - began

    def fail(self, row: ScorecardRow, error: BaseException) -> None:
        """Judges a check that raised `error`, or whose fixtures did."""
        outcome = self.scorecard.resolve(row, judge(error, self.suite.folder, self.suite.messages))
        outcome = outcome.with_evidence(self.machine.questions_asked if self.machine else [])
        row.outcome = outcome.with_traceback(_traceback(error, self.suite.folder))


def run_checks(
    suite: Suite,
    machine: Machine | MachineUnreachable,
    on_check: Callable[[str], None] = lambda _: None,
    unchanged: Mapping[str, Outcome] | None = None,
) -> Scorecard:
    """Every check's verdict. If the machine cannot be reached, each is an error with that reason.

    `on_check` is called with the name of each check before it runs. `unchanged`:
    outcomes that cannot have changed.
    """
    if isinstance(machine, MachineUnreachable):
        return suite.scorecard(judge(machine))
    run = SuiteRun(suite, machine)
    for check, row in zip(suite.checks, run.scorecard, strict=True):
        if unchanged and row.spec.name in unchanged:
            row.outcome = unchanged[row.spec.name]
            continue
        on_check(row.spec.name)
        if run.may_run(row, disposable=machine.disposable):
            with suppress(Exception, SystemExit), run.judged(row):  # it has been judged
                check(machine)
    return run.scorecard


def _traceback(error: BaseException, folder: Path) -> list[str]:
    """The last lines of the traceback, without the frames that called the check."""
    at = error.__traceback__
    while at and folder not in Path(at.tb_frame.f_code.co_filename).parents:
        at = at.tb_next
    lines = traceback.format_exception(type(error), error, at or error.__traceback__)
    return "".join(lines).splitlines()[-_TRACEBACK_LINES:]
