"""A pushed repository from end to end: read, brought up, graded, taken down, and the engine looked at again."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from grader.repository.bring_up import BringUp, BringUpLimits, bring_up
from grader.repository.commit import commit_of
from grader.repository.compose_limits import LIMITS_FILE, write_limits
from grader.repository.course_images import replaced_images
from grader.repository.engine_state import (
    EngineApi,
    EngineState,
    TakenDown,
    engine_state,
    require_throw_away,
    take_down,
)
from grader.repository.policy import the_policy
from grader.repository.reading import Reading, read_submission
from grader.repository.refusal import Findings, Review
from grader.repository.remove_tree import empty_folder
from grader.repository.sandbox import Sandbox, make_sandbox
from grader.repository.submission import Submission
from grader.repository.told import with_bring_up, with_mistakes, with_replaced_images
from grader.repository.usage_watch import UsageWatch
from grader.repository.work import Kind, Work
from grader.repository.workspace import Workspace, copy_tree, made_workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.machine.address import EngineAddress
    from grader.machine.sheet import Sheet
    from grader.reports.results import ResultFile
    from grader.request import GradingRequest

__all__ = ["Graded", "Refused", "grade_repository", "repository_name"]

USUAL_SOCKETS: Final = ("/var/run/docker.sock", "/run/docker.sock")
"""Where this machine's own engine listens."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The policy lets nothing be graded; for files that were pushed, no engine was asked anything."""

    review: Review


@dataclass(frozen=True, slots=True)
class Graded:
    result: ResultFile
    came_up: BringUp | None
    """`None` where there was nothing that could be brought up."""
    taken_down: TakenDown


def grade_repository(
    request: GradingRequest,
    sheet: Sheet,
    repository: Path,
    engine: EngineAddress,
    *,
    connect: Callable[[], EngineApi],
    grade: Callable[[Submission | None], ResultFile],
    limits: BringUpLimits | None = None,
) -> Graded | Refused:
    """Grades the repository of `request`, which was cloned to the folder `repository`, whatever is in it.

    `connect` gives the engine's API and is called only once the policy has let the repository through; `grade` looks
    at the engine, and at the submission where one was brought up, and gives the result. The engine is taken down
    however this ends. Raises `GraderError` where nobody can be graded (no throw-away engine, no sandbox, our own
    process failed), and what the client raises.
    """
    with made_workspace(request.workspaces, repository_name(request.repository)) as workspace:
        sandbox = make_sandbox(workspace.tmp)
        reading = _read_pushed(request, repository, workspace, sandbox)
        if reading.review.refused:
            return Refused(reading.review)
        with closing(connect()) as client:
            before = engine_state(client)
            require_throw_away(before, engine.url, USUAL_SOCKETS, disposable=request.disposable)
            run = _Run(request, sheet, engine, workspace, sandbox, client, before, limits or BringUpLimits())
            watch = UsageWatch(connect, before, workspace, run.limits.quota)
            try:
                with watch:
                    outcome = run.graded(reading, grade, watch)
            finally:
                taken_down = take_down(client, before)
    if isinstance(outcome, Refused):
        return outcome
    result, came_up = outcome
    result = replace(result, commit=commit_of(repository), advice=reading.advice)
    return Graded(result, came_up, taken_down)


def repository_name(repository: str) -> str:
    """The name of a repository: that of its folder, or the last part of its address."""
    path = Path(repository)
    if path.is_dir():
        return path.resolve().name
    return re.split(r"[/:]", repository.rstrip("/"))[-1].removesuffix(".git")


def _read_pushed(request: GradingRequest, repository: Path, workspace: Workspace, sandbox: Sandbox) -> Reading:
    """Copies the repository, twice, and reads the copy that nothing will change."""
    findings = Findings(the_policy().rules)
    limits = the_policy().limits
    copy_tree(repository, workspace.frozen, limits, findings, without=workspace.shared.parent)
    if findings.found:
        return Reading(review=findings.review())
    copy_tree(workspace.frozen, workspace.work, limits, findings)
    for folder in (workspace.frozen, workspace.frozen_home, workspace.work, workspace.home):
        sandbox.own(folder)
    return read_submission(sandbox, workspace, request.exercise.resolve().name, scripts=request.disposable)


@dataclass(frozen=True, slots=True)
class _Run:
    """One submission on its engine."""

    request: GradingRequest
    sheet: Sheet
    engine: EngineAddress
    workspace: Workspace
    sandbox: Sandbox
    client: EngineApi
    before: EngineState
    limits: BringUpLimits

    def graded(
        self, reading: Reading, grade: Callable[[Submission | None], ResultFile], watch: UsageWatch
    ) -> tuple[ResultFile, BringUp | None] | Refused:
        work, review = reading.work, reading.review
        if work is None or review.invalid:
            return with_mistakes(grade(None), review.invalid), None
        if reading.project is not None:
            write_limits(reading.project, self.workspace, self.client.info())
        came_up = bring_up(
            work,
            self.workspace,
            self.sandbox,
            self.engine,
            watch=watch,
            # The name for an image that is built from a Dockerfile alone.
            image=next((one.image for one in self.sheet.containers.values()), ""),
            limits=self.limits,
        )
        if work.kind is Kind.SCRIPT and (refused := self._freeze_again()):
            return refused
        # Names that the exercise takes for images of its own: nothing else may be built under them.
        also = [name for one in self.sheet.containers.values() for name in one.equivalent_images]
        if replaced := replaced_images(self.client, self.before, (*self.sheet.images, *also)):
            take_down(self.client, self.before)  # whatever runs, it is not of the course's images
            return with_replaced_images(grade(None), replaced), came_up
        result = grade(self._submission(work, reading))
        if watch.reason and came_up.succeeded:
            came_up = came_up.ended_by_watch(watch.reason)
        return with_bring_up(result, (work.folder / work.file).as_posix(), came_up), came_up

    def _freeze_again(self) -> Refused | None:
        """Freezes what the script has made of its files, by the same rules as what was pushed."""
        findings = Findings(the_policy().rules)
        limits = the_policy().limits
        for live, frozen in (
            (self.workspace.work, self.workspace.frozen),
            (self.workspace.home, self.workspace.frozen_home),
        ):
            empty_folder(frozen)
            copy_tree(live, frozen, limits, findings)
            self.sandbox.own(frozen)
        if findings.found:  # past our limits now: Compose finds no files any more
            empty_folder(self.workspace.frozen)
            return None
        reading = read_submission(self.sandbox, self.workspace, self.request.exercise.resolve().name, scripts=True)
        return Refused(reading.review) if reading.review.refused else None

    def _submission(self, work: Work, reading: Reading) -> Submission:
        workspace, project = self.workspace, reading.project
        return Submission(
            shared=str(workspace.shared),
            private=str(workspace.private),
            name=workspace.name,
            folder=work.folder.as_posix(),
            compose_files=work.compose_files,
            limits_file=LIMITS_FILE if project else "",
            project=project.name if project else "",
            uid=self.sandbox.uid,
            other_projects=tuple(sorted(self.before.projects)),
        )
