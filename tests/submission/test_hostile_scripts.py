"""Endless scripts are stopped by limits, and the next repository is graded as if nothing had happened."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from grader.grading.submission_lifecycle import GradedSubmission
from grader.programs.bounded import EndReason
from grader.submission.bring_up import BringUpLimits
from grader.submission.sandbox.quota import Quota
from tests.submission.repositories import HONEST_SCRIPT, RepositoryBench

pytestmark = [pytest.mark.live, pytest.mark.long]

LIMITS = BringUpLimits(seconds=2, output_bytes=2_000_000, quota=Quota(disk_bytes=200 << 20))
PATIENT = replace(LIMITS, seconds=60)
"""For scripts that must hit another limit than time: a busy disk may take longer than 2 s for 200 MB."""

ENDLESS = {
    "never ends": ("sleep 100000", EndReason.TIME_LIMIT, "bring-up-endless"),
    "ignores every signal": (
        "trap '' TERM INT HUP; while :; do sleep 1; done",
        EndReason.TIME_LIMIT,
        "bring-up-endless",
    ),
    "leaves the session": (
        "setsid setsid sleep 100000 & disown; exec sleep 100000",
        EndReason.TIME_LIMIT,
        "bring-up-endless",
    ),
    "stays in the foreground": ("docker run --name box ubuntu sleep 600", EndReason.TIME_LIMIT, "bring-up-endless"),
    "prints without end": ("yes", EndReason.OUTPUT_LIMIT, "bring-up-beyond-limits"),
    "fills the disk": (
        "i=0; while :; do i=$((i+1)); head -c 50M /dev/zero > f$i || sleep 1; done",
        EndReason.STOPPED_BY_WATCH,
        "bring-up-beyond-limits",
    ),
    "makes files without number": (
        "mkdir d; cd d; i=0; while :; do i=$((i+1)); : > f$i; done",
        None,
        None,
    ),
    "forks without end": ("b() { b | b & }; b; while :; do sleep 1; done", None, None),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_script_without_end_is_ended_and_the_next_student_earns_20(name: str, bench: RepositoryBench) -> None:
    script, ended, code = ENDLESS[name]
    before = bench.engine_state()
    begun = time.monotonic()
    limits = PATIENT if ended in {EndReason.STOPPED_BY_WATCH, EndReason.OUTPUT_LIMIT} else LIMITS
    outcome = bench.grade_files({"tp9/up.sh": f"{script}\n"}, limits=limits)
    took = time.monotonic() - begun
    assert outcome.bring_up is not None
    assert not outcome.bring_up.succeeded
    assert ended is None or outcome.bring_up.end_reason is ended, outcome.bring_up
    assert outcome.bring_up.seconds < limits.seconds + 10
    assert took < 90
    first = outcome.result.checks[0]
    assert (first.verdict, first.points) == ("failed", 0)
    assert first.diagnosis is not None
    assert code is None or first.diagnosis.code == code
    following = bench.grade(bench.repository(HONEST_SCRIPT, "next"))
    assert isinstance(following, GradedSubmission)
    assert following.result.mark == 20.0
    assert bench.engine_state() == before
