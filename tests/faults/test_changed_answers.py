"""However an answer is changed, nothing crashes, everything ends, and no unearned point is given."""

from __future__ import annotations

import io
import tarfile
import time
from typing import TYPE_CHECKING

import pytest

from grader.errors import ProbeFailed
from grader.grading.checks_loop import run_checks
from grader.machine.machine import Machine
from grader.machine.recording.format import Recording
from grader.machine.recording.recorder import Recorder
from grader.machine.recording.replay import Replay
from grader.machine.transport.connect import open_transport
from grader.machine.transport.interface import TransportFacts
from grader.probes.containers.files import parse_archive
from grader.probes.networks.listeners import Listener, parse_proc_net
from grader.reports.result_builder import build_check_result
from grader.roster.machine_url import parse_machine_url
from grader.scoring.suite import read_suite
from tests.faults.changed_answers import change_answers
from tests.student_shell import ROOT, TP2_SITE_MOUNT

if TYPE_CHECKING:
    from grader.scoring.scorecard import Scorecard
    from tests.student_shell import StudentShell

SEEDS = 200
WRONG = {
    "right": f"docker run -d --name web -p 4000:80 {TP2_SITE_MOUNT} nginx",
    "exited": "docker run -d --name web -v vol:/usr/share/nginx/html nginx sh -c 'echo oh no; exit 4'",
    "silent": f"docker run -d --name web -p 4000:80 {TP2_SITE_MOUNT} nginx sleep 1000",
    "reversed": "docker run -d --name web -p 80:4000 nginx",
}


SEEN_WORKING = {"test_site_answers", "test_dropped_page_is_served", "test_index_is_your_own"}
"""A port or a state that is changed to the right one is right; what must be seen working cannot be made up so."""


@pytest.mark.live
@pytest.mark.parametrize("web", WRONG.values(), ids=WRONG)
def test_no_change_of_an_answer_crashes_or_gives_points(student: StudentShell, web: str) -> None:
    student.do_tp2(web)
    suite = read_suite(student.exercise)
    recorder = Recorder(open_transport(parse_machine_url(student.engine.url)))
    earned = points_earned(run_checks(suite, Machine(recorder, suite.spec)))
    recording = recorder.recording(Recording(exercise="tp2", student="e1", machine=TransportFacts("")))
    recorder.close()
    for seed in range(SEEDS):
        began = time.monotonic()
        scorecard = run_checks(suite, Machine(Replay(change_answers(recording, seed)), suite.spec))
        assert time.monotonic() - began < 5, f"seed {seed}"
        for row in scorecard:
            assert not row.outcome.is_grader_bug, f"seed {seed}: {row.spec.name}: {row.outcome.evidence[-1:]}"
            build_check_result(row, scorecard, ROOT, 3)
        assert (points_earned(scorecard) - earned) & SEEN_WORKING == set(), f"seed {seed}"


def points_earned(scorecard: Scorecard) -> set[str]:
    return {row.spec.name for row in scorecard if row.points}


def member(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    about = tarfile.TarInfo(name)
    about.size, about.type = size, kind
    return about.tobuf(tarfile.GNU_FORMAT)


def test_a_file_said_to_be_of_exabytes_does_not_hold_the_grader() -> None:
    began = time.monotonic()
    with pytest.raises(ProbeFailed, match="answer-garbled"):
        parse_archive(member("hello", 1 << 60) + b"only this")
    listed = parse_archive(member("foo/", 0, tarfile.DIRTYPE) + member("foo/a", 1 << 60) + b"only this")
    assert (listed.is_folder, listed.names) == (True, ("a",))
    assert time.monotonic() - began < 2


def test_a_sparse_file_is_read_only_so_far() -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.PAX_FORMAT) as tar:
        about = tarfile.TarInfo("hello")
        about.size = 10
        about.pax_headers = {
            "GNU.sparse.major": "0",
            "GNU.sparse.minor": "1",
            "GNU.sparse.name": "hello",
            "GNU.sparse.size": str(1 << 40),
            "GNU.sparse.map": "0,5,1000,5",
        }
        tar.addfile(about, io.BytesIO(b"x" * 10))
    content = parse_archive(archive.getvalue()).content
    assert content.startswith(b"xxxxx\0")
    assert len(content) == 1024 * 1024


def test_long_names_in_long_names_are_refused() -> None:
    with pytest.raises(ProbeFailed, match="answer-garbled"):
        parse_archive((member("././@LongLink", 1, tarfile.GNUTYPE_LONGNAME) + b"a" + bytes(511)) * 5000)


def test_lines_that_are_none_of_the_kernels_are_passed_over() -> None:
    """The container's own `cat` may be anything."""
    table = b"""  sl  local_address rem_address st
  0: 00000000:0050 00000000:0000 0A
  1: zz:0050 0:0 0A
  2: 0000:0050 0:0 0A
  3: 00000000:port 0:0 0A
  4: 0100007F:1F90 00000000:0000 0A
"""
    assert parse_proc_net(table) == (Listener("0.0.0.0", 80), Listener("127.0.0.1", 8080))  # noqa: S104 - as it listens
