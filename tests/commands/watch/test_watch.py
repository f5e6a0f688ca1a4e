"""The table follows what the student does at once, and only affected checks are run again."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from grader.commands.watch.changes import FolderMonitor, read_event
from grader.commands.watch.watch import WatchUpdate, watch
from grader.grading.request import GradingRequest
from grader.roster.machine_url import parse_machine_url
from grader.scoring.suite import read_suite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.student_shell import StudentShell


class Watched:
    """A watch that runs beside the test, and the updates that it showed."""

    def __init__(self, student: StudentShell) -> None:
        self.shown: list[WatchUpdate] = []
        self._over = threading.Event()
        request = GradingRequest(exercise=student.exercise, machine=parse_machine_url(student.engine.url))
        suite = read_suite(student.exercise)
        self._thread = threading.Thread(target=watch, args=(suite, request, self, self._over.is_set), daemon=True)
        self._thread.start()

    def show(self, shown: WatchUpdate) -> None:
        self.shown.append(shown)

    def until(self, happened: Callable[[WatchUpdate], bool], limit_s: float = 30) -> WatchUpdate:
        """The first update, from the last so far, for which `happened` is true."""
        deadline = time.monotonic() + limit_s
        at = max(0, len(self.shown) - 1)
        while time.monotonic() < deadline:
            for shown in self.shown[at:]:
                if happened(shown):
                    return shown
            time.sleep(0.02)
        pytest.fail("never shown: " + str([[row.outcome.verdict for row in one.scorecard] for one in self.shown]))

    def until_quiet(self, for_s: float = 1.5) -> None:
        """Waits until nothing new has been shown for a while."""
        count, since = len(self.shown), time.monotonic()
        while time.monotonic() - since < for_s:
            if len(self.shown) != count:
                count, since = len(self.shown), time.monotonic()
            time.sleep(0.02)

    def end(self) -> None:
        self._over.set()
        self._thread.join(10)


def verdict(name: str, wanted: str) -> Callable[[WatchUpdate], bool]:
    return lambda shown: shown.scorecard[name].outcome.verdict == wanted


@pytest.fixture
def watched(student: StudentShell) -> Iterator[Watched]:
    found = Watched(student)
    yield found
    found.end()


@pytest.mark.live
def test_checks_turn_green_while_the_student_works(student: StudentShell, watched: Watched) -> None:
    watched.until(verdict("test_web_is_running", "failed"))
    student.do_tp2()
    everything = watched.until(lambda shown: all(row.outcome.verdict == "passed" for row in shown.scorecard))
    assert everything.scorecard.max_points == 20


@pytest.mark.live
def test_only_what_can_have_changed_is_judged_again(student: StudentShell, watched: Watched) -> None:
    student.do_tp2()
    watched.until(lambda shown: all(row.outcome.verdict == "passed" for row in shown.scorecard))
    watched.until_quiet()
    student.run_shell("docker pause web")
    paused = watched.until(verdict("test_web_is_running", "failed"))
    assert paused.scorecard["test_web_is_running"].outcome.code == "container-paused"
    assert "test_hello_says_hello_world" not in paused.judged_checks


@pytest.mark.live
def test_a_page_written_in_the_folder_is_seen(student: StudentShell, watched: Watched) -> None:
    student.do_tp2()
    watched.until(lambda shown: all(row.outcome.verdict == "passed" for row in shown.scorecard))
    (student.home / "Docker/site/index.html").write_text("", encoding="utf-8")
    empty = watched.until(verdict("test_index_is_your_own", "failed"))
    assert empty.scorecard["test_index_is_your_own"].outcome.code == "index-empty"


def test_our_own_looks_are_no_change() -> None:
    looks = [b'{"Type":"container","Action":"exec_start: cat","Actor":{"ID":"a"}}', b"not json", b'{"Type":"daemon"}']
    assert [read_event(line) for line in looks] == [None, None, None]


def test_a_network_event_is_about_the_container_that_joined() -> None:
    line = b'{"Type":"network","Action":"connect","Actor":{"ID":"net","Attributes":{"container":"abc"}}}'
    change = read_event(line)
    assert change is not None
    assert change.id == "abc"


def test_a_folder_changes_when_a_file_does_but_not_by_what_we_drop(tmp_path: Path) -> None:
    eye = FolderMonitor()
    assert not eye.has_changed([str(tmp_path)])
    (tmp_path / ".grader-1-abc.txt").write_text("ours", encoding="utf-8")
    assert not eye.has_changed([str(tmp_path)])
    (tmp_path / "index.html").write_text("theirs", encoding="utf-8")
    assert eye.has_changed([str(tmp_path)])
    assert not eye.has_changed([str(tmp_path)])
