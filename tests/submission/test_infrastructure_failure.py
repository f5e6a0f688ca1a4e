"""A failed bring-up is the student's only if nothing of ours has failed: judged by what real engines have printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grader.programs.bounded import EndReason
from grader.submission.bring_up_output import read_output
from grader.submission.infrastructure_failure import infrastructure_failure
from grader.submission.layout import BringUpKind
from tests.submission.bring_up_outputs import (
    BUILDKIT,
    DISK,
    DOWNLOADS,
    LOAD,
    REGISTRY,
    RETRYING,
    THEIR_STEPS,
    THEIRS,
    buildkit_step,
    ended,
    failed_step,
)

if TYPE_CHECKING:
    from grader.programs.bounded import FinishedProgram

COMPOSE, SCRIPT, DOCKERFILE = BringUpKind.COMPOSE, BringUpKind.SCRIPT, BringUpKind.DOCKERFILE


def code_of(done: FinishedProgram, kind: BringUpKind = COMPOSE) -> str | None:
    failure = infrastructure_failure(done, kind)
    return failure.code if failure else None


@pytest.mark.parametrize(
    ("done", "code"),
    [
        *((done, "registry-unavailable") for done in REGISTRY.values()),
        *((done, "engine-disk-full") for done in DISK.values()),
        *((done, "buildkit-missing") for done in BUILDKIT.values()),
    ],
    ids=[*REGISTRY, *(f"disk {name}" for name in DISK), *(f"buildkit {name}" for name in BUILDKIT)],
)
def test_what_fails_on_our_side_is_not_the_students(done: FinishedProgram, code: str) -> None:
    assert code_of(done) == code


@pytest.mark.parametrize("classic", [True, False], ids=["classic", "buildkit"])
@pytest.mark.parametrize("name", DOWNLOADS)
def test_a_download_that_fails_cannot_be_told_apart(name: str, *, classic: bool) -> None:
    command, *lines = DOWNLOADS[name]
    assert code_of(failed_step(command, *lines, classic=classic)) == "download-failed"


@pytest.mark.parametrize("done", THEIRS.values(), ids=THEIRS)
def test_what_the_student_wrote_wrong_stays_theirs(done: FinishedProgram) -> None:
    assert code_of(done) is None


@pytest.mark.parametrize("classic", [True, False], ids=["classic", "buildkit"])
@pytest.mark.parametrize("name", THEIR_STEPS)
def test_a_step_that_fails_stays_the_students_whatever_it_prints(name: str, *, classic: bool) -> None:
    command, *lines = THEIR_STEPS[name]
    assert code_of(failed_step(command, *lines, classic=classic)) is None


@pytest.mark.parametrize(
    ("out", "code"),
    [
        (f"#4 {LOAD}\n", "registry-slow"),
        ("#4 [1/2] FROM docker.io/library/redis@sha256:ae06\n#4 sha256:ae06 3.1MB / 61.2MB 5.1s\n", "registry-slow"),
        ("Step 1/3 : FROM redis\nlatest: Pulling from library/redis\n", "registry-slow"),
        ("#6 [2/2] RUN apt-get update\n", "download-slow"),
        (
            "Step 1/2 : FROM ubuntu\n ---> f4ef\nStep 2/2 : RUN pip install torch\n ---> Running in 2db3\n",
            "download-slow",
        ),
        (f"#6 [2/2] RUN ./install.sh\n#6 24.43 {RETRYING}\n", "download-failed"),
        ("#6 [2/2] RUN sleep infinity\n#6 0.8 pip\n", None),
        ("Step 2/2 : RUN python serve.py\n ---> Running in 2db3\nlistening\n", None),
        (f"{buildkit_step(4, LOAD)}#6 [2/2] RUN sleep 700\n", None),
        ("Step 1/1 : FROM redis\n ---> b8c8\nSuccessfully built b8c8\n", None),
    ],
)
def test_at_the_time_limit_it_counts_what_was_running(out: str, code: str | None) -> None:
    assert code_of(ended(out, " Image w-a Building \n", reason=EndReason.TIME_LIMIT)) == code


def test_at_the_time_limit_an_image_that_is_still_being_pulled_is_not_the_students() -> None:
    pulls = " Image redis Pulling \n Image nginx Pulling \n Image redis Pulled \n"
    failure = infrastructure_failure(ended("", pulls, reason=EndReason.TIME_LIMIT), COMPOSE)
    assert failure is not None
    assert (failure.code, failure.values) == ("registry-slow", {"detail": "nginx", "seconds": "600"})
    assert code_of(ended("", pulls + " Image nginx Pulled \n", reason=EndReason.TIME_LIMIT)) is None


@pytest.mark.parametrize("reason", [EndReason.STOPPED_BY_WATCH, EndReason.OUTPUT_LIMIT, EndReason.NOT_STARTED])
def test_beyond_its_limits_a_bring_up_is_the_students_whatever_it_prints(reason: EndReason) -> None:
    assert code_of(ended("", "toomanyrequests: no space left on device", reason=reason)) is None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("docker: Error response from daemon: toomanyrequests: You have reached your limit", "registry-unavailable"),
        ("mkdir: cannot create directory 'x': No space left on device", "engine-disk-full"),
        ("docker: Error response from daemon: network todos-nett not found.", None),
        ("docker: Error response from daemon: dockerfile parse error line 3: unknown instruction: APTGET", None),
        ("wget: server returned error: HTTP/1.1 503 Service Unavailable", None),
        ("curl: (6) Could not resolve host: example.org", None),
        ("up.sh: line 3: dokcer: command not found", None),
    ],
)  # fmt: skip
def test_of_a_script_only_the_engines_own_words_count(said: str, code: str | None) -> None:
    """In its sandbox there is no network: that a program of its own finds no server is no failure of ours."""
    assert code_of(ended("", said), SCRIPT) == code
    assert code_of(ended(said, ""), SCRIPT) is None, "what its containers print is no error of the engine"


def test_a_build_without_its_network_is_not_the_students() -> None:
    why = "executor failed running [/bin/sh -c echo hi]: network bridge not found"
    step = buildkit_step(6, "[2/2] RUN echo hi", end=f"ERROR: {why}")
    assert code_of(ended(step, f"failed to solve: {why}"), DOCKERFILE) == "build-network-missing"


def test_the_reason_names_no_path_of_the_engines_machine() -> None:
    failure = infrastructure_failure(DISK["create"], COMPOSE)
    assert failure is not None
    assert failure.values == {"detail": "no space left on device"}


def test_steps_that_run_side_by_side_are_told_apart_by_their_numbers() -> None:
    out = (
        "#6 [api 2/2] RUN pip install flask\n#7 [app 2/2] RUN make\n"
        "#6 0.5 Collecting flask\n#7 0.6 cc x.c\n#7 0.9 x.c:1: error\n"
        '#7 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2\n#6 CANCELED\n'
    )
    output = read_output(ended(out))
    assert [(step.heading, step.lines) for step in output.failed] == [
        ("[app 2/2] RUN make", ["cc x.c", "x.c:1: error"])
    ]
    assert output.unfinished == ()
