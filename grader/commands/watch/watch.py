"""The loop of `grader watch`: wait for a change, run the affected checks again, show the result."""

from __future__ import annotations

import contextlib
import queue
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from grader.commands.watch.changes import EngineChange, EventReader, FolderMonitor
from grader.commands.watch.tracking_transport import TrackingTransport
from grader.errors import GraderError, MachineUnreachable
from grader.grading.checks_loop import run_checks
from grader.grading.request import machine_of
from grader.machine.transport.connect import open_transport
from grader.machine.transport.interface import DirectTransport
from grader.probes.containers.find import inspect_container
from grader.probes.containers.listing import list_containers

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.grading.request import GradingRequest
    from grader.scoring.scorecard import Scorecard
    from grader.scoring.suite import Suite
    from grader.scoring.verdict import Outcome

_DEBOUNCE_S: Final = 0.03
"""Changes within this time are handled together: `docker run` alone causes five."""
_FOLDER_POLL_S: Final = 0.5
_RETRY_S: Final = 1.0


@dataclass(frozen=True)
class WatchUpdate:
    scorecard: Scorecard
    judged_checks: frozenset[str]
    """The checks that were run this time; the others cannot have changed."""
    took_s: float
    """Seconds from the change to this verdict."""
    lost: MachineUnreachable | None = None


class View(Protocol):
    def show(self, shown: WatchUpdate) -> None: ...


def watch(suite: Suite, request: GradingRequest, view: View, is_over: Callable[[], bool] = lambda: False) -> None:
    """Grades now and after every change, until `is_over` or Ctrl-C. Waits for a lost engine."""
    while not is_over():
        try:
            transport = open_transport(request.machine, request.ssh_config, float("inf"))
            if not isinstance(transport, DirectTransport):
                raise GraderError("usage.watch-recording", given=request.machine)
            with contextlib.closing(transport):
                transport.version()
                _Watcher(suite, request, transport, view).run(is_over)
        except MachineUnreachable as error:
            _show_lost(suite, view, error)
            time.sleep(_RETRY_S)


class _Watcher:
    def __init__(self, suite: Suite, request: GradingRequest, transport: DirectTransport, view: View) -> None:
        self._suite = suite
        self._view = view
        self._is_here = transport.is_local
        self._tracking = TrackingTransport(transport)
        self._machine = machine_of(request, self._tracking, suite.spec)
        self._reader = EventReader(transport)
        self._folder_monitor = FolderMonitor()
        self._scorecard: Scorecard | None = None

    def run(self, is_over: Callable[[], bool]) -> None:
        """Runs until `is_over`, or until the engine is lost."""
        self._judge([], time.monotonic())
        while not is_over():
            changes, at = self._wait()
            lost = next((change.lost for change in changes if change.lost), None)
            if lost:
                _show_lost(self._suite, self._view, lost)
                return
            if changes:
                self._judge(changes, at)

    def _wait(self) -> tuple[list[EngineChange], float]:
        """The next changes, and the time of the first; none after a while without changes."""
        try:
            changes = [self._reader.changes.get(timeout=_FOLDER_POLL_S)]
        except queue.Empty:
            return (
                [EngineChange(in_folder=True)] if self._folder_monitor.has_changed(self._folders()) else []
            ), time.monotonic()
        at = time.monotonic()
        while time.monotonic() - at < _DEBOUNCE_S:
            try:
                changes.append(self._reader.changes.get(timeout=_DEBOUNCE_S))
            except queue.Empty:
                break
        return changes, at

    def _folders(self) -> list[str]:
        """The folders of this machine that are mounted in the exercise's containers; none if the engine is remote."""
        if not self._is_here:
            return []
        wanted = {container.name for container in self._suite.spec.containers.values()}
        try:
            ids = [one.id for one in list_containers(self._machine) if one.name in wanted]
            facts = [fact for one in ids if (fact := inspect_container(self._machine, one))]
        except (GraderError, OSError):
            return []
        return [mount.source for fact in facts for mount in fact.mounts if mount.type == "bind"]

    def _judge(self, changes: list[EngineChange], at: float) -> None:
        known = self._unchanged(changes)
        self._machine.clear_answers()
        for name in [spec.name for spec in self._suite.check_specs if spec.name not in known]:
            self._tracking.ids.pop(name, None)
            self._tracking.outside_engine.discard(name)
        self._scorecard = run_checks(self._suite, self._machine, self._on_check, known)
        judged = frozenset(spec.name for spec in self._suite.check_specs if spec.name not in known)
        self._view.show(WatchUpdate(self._scorecard, judged, time.monotonic() - at))
        self._folder_monitor.has_changed(self._folders())

    def _on_check(self, name: str) -> None:
        self._tracking.check = name

    def _unchanged(self, changes: list[EngineChange]) -> dict[str, Outcome]:
        """The outcomes that `changes` cannot affect: of checks that passed and looked at nothing that changed."""
        if self._scorecard is None or any(change.lists for change in changes):
            return {}
        ids = {change.id for change in changes if change.id}
        outside = any(change.in_folder for change in changes)
        known: dict[str, Outcome] = {}
        for row in self._scorecard:
            name = row.spec.name
            looked = self._tracking.ids.get(name, set())
            touched = bool(looked & ids) or (outside and name in self._tracking.outside_engine) or not looked
            needs_touched = any(needed.__name__ not in known for needed in row.spec.needs)
            if row.outcome.verdict == "passed" and not touched and not needs_touched:
                known[name] = row.outcome
        return known


def _show_lost(suite: Suite, view: View, error: MachineUnreachable) -> None:
    view.show(WatchUpdate(run_checks(suite, error), frozenset(), 0.0, error))
