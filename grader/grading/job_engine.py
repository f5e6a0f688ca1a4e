"""Grading on an engine of the job's own: what it cannot do is said before anything is started."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from grader.errors import CodedError, GraderError
from grader.roster.machine_url import parse_machine_url
from grader.submission.job_engine.job_engine import job_engine
from grader.submission.job_engine.requirements import low_ports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.exercise.spec import ExerciseSpec
    from grader.grading.request import GradingRequest
    from grader.roster.ports import PortRange
    from grader.submission.job_engine.requirements import EngineKind


@dataclass(frozen=True, slots=True)
class JobEngineOptions:
    """Which engine is started for the job, and from where it gets images."""

    kind: EngineKind
    archives: tuple[Path, ...] = ()
    """Loaded before the submission is brought up."""
    mirrors: tuple[str, ...] = ()
    """Of Docker Hub."""


@contextmanager
def on_job_engine(request: GradingRequest, options: JobEngineOptions) -> Iterator[GradingRequest]:
    """`request` on an engine that lives as long as the block. Raises as `job_engine` does."""
    with job_engine(
        options.kind, archives=options.archives, mirrors=options.mirrors, folder=request.workspaces
    ) as engine:
        yield replace(request, machine=parse_machine_url(engine.url), workspaces=engine.workspaces)


def engine_warning(kind: EngineKind, spec: ExerciseSpec) -> GraderError | None:
    """What such an engine may keep from being judged, whose points are then not tried; `None` if nothing does."""
    if spec.hosts:
        return GraderError("engine.no-host-gateway", host=", ".join(spec.hosts.values()))
    if kind == "podman" and spec.compose and spec.compose.replicas:
        return GraderError("engine.no-docker-dns")
    return None


def engine_limitation(kind: EngineKind, spec: ExerciseSpec, ports: PortRange | None) -> CodedError | None:
    """What keeps every submission for this exercise from being graded on such an engine; `None` if nothing does."""
    if spec.services and kind == "podman":
        return CodedError("no-swarm", engine="Podman")
    if low := low_ports(spec, ports):
        return CodedError("port-privileged", port=", ".join(map(str, low)))
    return None
