"""Progress of a test run: what it waits for, and at the end how many tests of each kind were run."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.kinds import KINDS, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_SAY_EVERY_S: Final = 30.0


class ProgressPlugin:
    """A plugin of the process that reports. If tests run in the same process, no thread is started beside them."""

    def __init__(self, tally_file: str = "", *, every_s: float = _SAY_EVERY_S) -> None:
        """`tally_file` gets the last line too: `make test` shows it at its own end."""
        self._tally_file = tally_file
        self._every_s = every_s
        self._began = time.monotonic()
        self._running: dict[str, float] = {}
        self._kinds: Counter[str] = Counter()
        self._over = threading.Event()

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        if session.config.pluginmanager.has_plugin("dsession"):
            # Capturing has not begun yet: this is where whoever started the run reads.
            threading.Thread(target=self._say, args=(os.dup(2),), daemon=True).start()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._running[nodeid] = time.monotonic()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self._running.pop(nodeid, None)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or (report.when == "setup" and not report.passed):
            self._kinds[kind_of(report.nodeid, report.keywords)] += 1

    def pytest_sessionfinish(self) -> None:
        self._over.set()

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        line = kind_counts(self._kinds, time.monotonic() - self._began)
        terminalreporter.write_line(line)
        if self._tally_file:
            with Path(self._tally_file).open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")

    def _say(self, out: int) -> None:
        while not self._over.wait(self._every_s):
            now = time.monotonic()
            for nodeid, since in list(self._running.items()):
                if now - since >= self._every_s:
                    os.write(out, f"\nwaiting for {nodeid}, for {now - since:.0f} s now\n".encode())
        os.close(out)


def kind_counts(kinds: Mapping[str, int], seconds: float) -> str:
    """Such as `tests: 2100 without an engine, 380 replays, 22 of the live slice: 2502 in 240 s`."""
    counted = ", ".join(f"{kinds[kind]} {kind}" for kind in KINDS if kinds.get(kind))
    return f"tests: {counted or 'none'}: {sum(kinds.values())} in {seconds:.0f} s"
