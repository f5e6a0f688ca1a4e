"""A registry, disk, network or builder that fails is nobody's zero: made for real, each beside an honest control."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from grader.grading.submission_lifecycle import GradedSubmission
from grader.programs.bounded import EndReason
from grader.submission.bring_up import BringUpLimits
from grader.submission.infrastructure_failure import InfrastructureFailed
from grader.submission.sandbox import programs
from tests.lab.troubled_engine import TroubledEngine, troubled_engine
from tests.submission.repositories import TP10, RepositoryBench

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from grader.reports.result import ResultFile
    from tests.lab import Lab

pytestmark = [pytest.mark.live, pytest.mark.long]

COMPOSE = """\
services:
  box:
    image: ubuntu
    command: sleep 600
    init: true
    volumes: ["./data:/data"]
"""
PULLED = {"tp10/compose.yaml": COMPOSE, "tp10/data/hello": "hello\n"}
SCRIPT = PULLED | {"tp10/up.sh": "docker compose up -d\n"}
OWN_CACHE = "FROM ubuntu\nRUN --mount=type=cache,target=/c touch /c/x\nCOPY --chmod=644 data/hello /x\n"


def building(dockerfile: str) -> dict[str, str]:
    return PULLED | {"tp10/compose.yaml": COMPOSE.replace("image: ubuntu", "build: ."), "tp10/Dockerfile": dockerfile}


@pytest.fixture(scope="module")
def hub(lab: Lab, bubblewrap: None, buildx: Path) -> Iterator[TroubledEngine]:
    """An engine without images; `ubuntu` is on its registry."""
    with troubled_engine(lab, ["python:alpine"], on_registry=["ubuntu"]) as made:
        yield made


@pytest.fixture
def at_hub(hub: TroubledEngine, tmp_path: Path) -> Iterator[RepositoryBench]:
    yield RepositoryBench(tmp_path, hub.engine)
    hub.set_registry("well")
    hub.resolve_registry(known=True)


@pytest.fixture
def without_buildx(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "find_buildx", lambda: None)


def grade(bench: RepositoryBench, files: Mapping[str, str], name: str = "handin") -> tuple[int, ResultFile]:
    return bench.run_repo(bench.repository(files, name), exercise=TP10)


def require_no_mark(bench: RepositoryBench, files: Mapping[str, str], reason: str) -> None:
    code, result = grade(bench, files)
    assert (code, result.status, result.mark, result.reason_code) == (6, "not-graded", None, reason), result
    assert result.reason is not None
    assert {"fr", "en"} <= result.reason.keys()
    assert "troubled-" not in str(result.reason), "a path of the engine's machine"


@pytest.mark.parametrize("files", [PULLED, SCRIPT, building("FROM ubuntu\n")], ids=["compose", "script", "build"])
@pytest.mark.parametrize("mode", ["429", "503", "cut", "no-resolver"])
def test_the_same_commit_has_no_mark_while_the_registry_is_away_and_its_own_mark_afterwards(
    mode: str, files: dict[str, str], hub: TroubledEngine, at_hub: RepositoryBench
) -> None:
    if mode == "no-resolver":
        hub.resolve_registry(known=False)
    else:
        hub.set_registry(mode)
    require_no_mark(at_hub, files, "registry-unavailable")
    hub.resolve_registry(known=True)
    hub.set_registry("well")
    code, result = grade(at_hub, files)
    assert (code, result.mark) == (0, 20.0), result


@pytest.mark.parametrize("without", ["", "without_buildx"])
def test_a_registry_that_never_answers_is_not_the_students(
    without: str, hub: TroubledEngine, at_hub: RepositoryBench, request: pytest.FixtureRequest
) -> None:
    if without:
        request.getfixturevalue(without)
    hub.set_registry("hang")
    with pytest.raises(InfrastructureFailed) as failed:
        at_hub.grade(at_hub.repository(building("FROM ubuntu\n")), limits=BringUpLimits(seconds=12), exercise=TP10)
    assert failed.value.code in {"registry-slow", "registry-unavailable"}


@pytest.mark.parametrize(
    "files",
    [
        PULLED | {"tp10/compose.yaml": COMPOSE.replace("ubuntu", "ubunttu")},
        building("FROM ubunttu\n"),
        building("FROM ubuntu\nRUN echo '429 Too Many Requests: no space left on device'; exit 3\n"),
        building("FROM ubuntu\nCOPY nothere /\n"),
        SCRIPT | {"tp10/up.sh": "docker run -d --name box ubunttu\n"},
    ],
    ids=["no-such-image", "no-such-base", "step-fails", "no-such-file", "script-without-image"],
)
def test_beside_a_registry_that_works_a_mistake_is_a_mistake(files: dict[str, str], at_hub: RepositoryBench) -> None:
    code, result = grade(at_hub, files)
    assert (code, result.mark) == (1, 0.0)
    assert result.checks[0].diagnosis is not None
    assert result.checks[0].diagnosis.code == "bring-up-failed"


def test_a_script_that_goes_on_without_its_image_is_not_graded_on_what_is_left(
    hub: TroubledEngine, at_hub: RepositoryBench
) -> None:
    hub.set_registry("429")
    require_no_mark(at_hub, SCRIPT | {"tp10/up.sh": "docker compose up -d\ntrue\n"}, "registry-unavailable")


@pytest.mark.parametrize("without", ["", "without_buildx"])
def test_a_download_without_a_network_cannot_be_told_apart(
    without: str, at_hub: RepositoryBench, request: pytest.FixtureRequest
) -> None:
    if without:
        request.getfixturevalue(without)
    dockerfile = "FROM python:alpine\nRUN pip install --timeout 1 --retries 1 a-package\n"
    require_no_mark(at_hub, building(dockerfile), "download-failed")


@pytest.mark.parametrize("without", ["", "without_buildx"])
def test_what_needs_buildkit_is_never_blamed_for_its_absence(
    without: str, at_hub: RepositoryBench, request: pytest.FixtureRequest
) -> None:
    if without:
        request.getfixturevalue(without)
        require_no_mark(at_hub, building(OWN_CACHE), "buildkit-missing")
        files = building("FROM ubuntu\nCOPY data/hello /x\n")
    else:
        files = building(OWN_CACHE)
    code, result = grade(at_hub, files)
    assert (code, result.mark) == (0, 20.0), result


def test_a_build_that_waits_is_the_students_unless_it_may_wait_for_a_download(at_hub: RepositoryBench) -> None:
    limits = BringUpLimits(seconds=8)
    root = at_hub.repository(building("FROM python:alpine\nRUN sleep 60\n"))
    outcome = at_hub.grade(root, limits=limits, exercise=TP10)
    assert isinstance(outcome, GradedSubmission)
    assert outcome.bring_up is not None
    assert outcome.bring_up.end_reason is EndReason.TIME_LIMIT
    assert outcome.result.mark == 0.0
    root = at_hub.repository(building("FROM python:alpine\nRUN pip --version; sleep 60\n"))
    with pytest.raises(InfrastructureFailed) as failed:
        at_hub.grade(root, limits=limits, exercise=TP10)
    assert failed.value.code == "download-slow"


def test_a_full_disk_is_not_the_students(lab: Lab, tmp_path: Path, bubblewrap: None, buildx: Path) -> None:
    with troubled_engine(lab, ["ubuntu"], disk_mb=220) as small:
        bench = RepositoryBench(tmp_path, small.engine)
        disk = small.folder / "data"
        assert grade(bench, PULLED)[1].mark == 20.0, "a small disk is no hindrance"
        fill = f"dd if=/dev/zero of={disk}/fill bs=1M; truncate --size=-{{}}M {disk}/fill"
        in_namespace = ["nsenter", f"--mount=/proc/{(small.folder / 'pid').read_text()}/ns/mnt", "sh", "-c"]
        subprocess.run([*in_namespace, fill.format(20)], stderr=subprocess.DEVNULL, timeout=60, check=True)
        require_no_mark(bench, building("FROM ubuntu\nRUN dd if=/dev/zero of=/x bs=1M count=60\n"), "engine-disk-full")
        subprocess.run([*in_namespace, fill.format(0)], stderr=subprocess.DEVNULL, timeout=60, check=True)
        require_no_mark(bench, PULLED, "engine-disk-full")
        subprocess.run([*in_namespace, f"rm {disk}/fill"], timeout=60, check=True)
        assert grade(bench, PULLED)[1].mark == 20.0


def test_builds_without_a_network_are_not_the_students(
    lab: Lab, tmp_path: Path, bubblewrap: None, buildx: Path
) -> None:
    with troubled_engine(lab, ["ubuntu"], options=["--bridge=none"]) as lonely:
        bench = RepositoryBench(tmp_path, lonely.engine)
        require_no_mark(bench, building("FROM ubuntu\nRUN echo hi\n"), "build-network-missing")
        assert grade(bench, building("FROM ubuntu\n"))[1].mark == 20.0, "a build that needs none"
