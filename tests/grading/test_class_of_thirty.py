"""Thirty repositories, of which eight break things in eight ways: the other twenty-two get the right marks."""

from __future__ import annotations

import collections
import os
import subprocess
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from grader.grading import repositories as many
from grader.grading.repository import Done, grade_one
from grader.reports.result import read_result
from tests.grading.repository_class import Class
from tests.grading.test_repositories_faults import (
    address_too_long,
    folder_that_is_no_utf8,
    folders_without_end,
    path_too_long_for_a_copy,
    pipe,
)
from tests.lab.fault_proxy import FaultProxy
from tests.submission.repositories import HONEST_COMPOSE, HONEST_SCRIPT, SCRIPT, RepositoryBench

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from grader.grading.request import GradingRequest
    from grader.scoring.suite import Suite
    from tests.lab.fault_proxy import Exchange

pytestmark = [pytest.mark.live, pytest.mark.long]

WORK = [(HONEST_COMPOSE, 20.0), (HONEST_SCRIPT, 20.0), ({"tp9/up.sh": SCRIPT.replace("hello", "bye")}, 12.0)]
SPOILT = (2, 5, 9, 12, 16, 20, 25, 29)
"""Their places among the thirty."""


@pytest.fixture
def workspaces(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB for the copies, which one repository fills."""
    folder = tmp_path / "workspaces"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=755", "tmpfs", folder], check=True, timeout=10)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True, timeout=10)


@pytest.fixture
def spoilt(tmp_path: Path) -> Iterator[Path]:
    """For repositories that pytest cannot remove."""
    folder = tmp_path / "spoilt"
    folder.mkdir()
    yield folder
    subprocess.run(["rm", "-rf", folder], check=True, timeout=60)


def kills_its_engine(root: Path) -> str:
    (root / "tp9").mkdir(parents=True)
    (root / "tp9" / "up.sh").write_text("docker volume create kills-its-engine\n")
    return str(root)


def fills_the_disk(root: Path) -> str:
    root.mkdir()
    (root / "film").write_bytes(os.urandom(1 << 20) * 40)
    return str(root)


def cannot_be_cloned(_: Path) -> str:
    return "https://127.0.0.1:1/e.git"


SPOILERS = (
    (kills_its_engine, {"engine-lost"}),
    (folder_that_is_no_utf8, {"repository-refused"}),
    (path_too_long_for_a_copy, {"repository-unreadable", "repository-refused"}),
    (folders_without_end, {"repository-refused"}),
    (address_too_long, {"repository-unreadable", "clone-refused"}),
    (cannot_be_cloned, {"clone-refused"}),
    (pipe, {"repository-refused"}),
    (fills_the_disk, {"disk-full"}),
)


class OneAtATime:
    """Both engines of the class are sockets of the lab's one engine, so they take turns; tries are counted."""

    def __init__(self) -> None:
        self.tries = collections.Counter[str]()
        self._turn = threading.Lock()

    def __call__(self, suite: Suite, request: GradingRequest, environ: Mapping[str, str]) -> Done:
        with self._turn:
            self.tries[request.student.id] += 1
            return grade_one(suite, request, environ)


def test_twenty_two_of_thirty_have_their_marks_and_eight_have_a_reason(
    bench: RepositoryBench, workspaces: Path, spoilt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoilers = iter(SPOILERS)
    repositories, marks, reasons = dict[str, str](), dict[str, float](), dict[str, set[str]]()
    for number in range(1, 31):
        student = f"e{number:02}"
        if number in SPOILT:
            make, codes = next(spoilers)
            repo, reasons[student] = make(spoilt / student), codes
        else:
            files, marks[student] = WORK[number % len(WORK)]
            repo = str(bench.repository(files, student))
        repositories[student] = repo
    assert (len(marks), len(reasons)) == (22, 8)

    tried, before = OneAtATime(), bench.engine_state()
    monkeypatch.setattr(many, "grade_one", tried)
    killed: list[FaultProxy] = []

    def dies(exchange: Exchange) -> None:
        """From now on this engine hangs up on everybody."""
        killed.append(exchange.proxy)
        exchange.proxy.inject(".*", lambda _: None)

    with ExitStack() as stack:
        engines = [stack.enter_context(FaultProxy(bench.engine.url, tmp_path / f"{name}.s")) for name in "ab"]
        for engine in engines:
            engine.inject("/volumes/create", dies)
        outcome = Class(tmp_path / "r", repositories, [one.url for one in engines], workspaces=workspaces).run()

    results = {who: read_result(tmp_path / "r" / "tp9" / f"{who}.json") for who in repositories}
    assert not outcome.everyone_graded
    assert {who: result.mark for who, result in results.items() if result.mark is not None} == marks
    for who, codes in reasons.items():
        reason = results[who].reason
        assert results[who].reason_code in codes, (who, reason)
        assert reason is not None
        assert reason["fr"]
    assert {who: count for who, count in tried.tries.items() if count > 1} == {"e02": 2}
    assert sorted(one.url for one in killed) == [one.url for one in engines], "the second one after everyone else"
    assert bench.engine_state() == before
    assert list(workspaces.iterdir()) == []
