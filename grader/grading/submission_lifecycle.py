"""Grades a pushed repository from end to end: review, bring-up, grading, take-down."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from grader.engine_state.course_images import replaced_images
from grader.engine_state.engine_state import EngineState, read_engine_state, require_disposable_engine
from grader.engine_state.take_down import TakeDownReport, take_down
from grader.programs.temporary_folder import empty_folder
from grader.submission.bring_up import BringUpLimits, bring_up
from grader.submission.bring_up_failure import with_failed_bring_up, with_invalid_files, with_replaced_images
from grader.submission.clone.commit import commit_of
from grader.submission.container_limits import LIMITS_FILE, write_limits
from grader.submission.external_objects import taken_objects
from grader.submission.hidden_paths import with_known_paths
from grader.submission.layout import BringUpKind
from grader.submission.moved_folders import compose_override, known_paths, lay_out_folders, placed_folders
from grader.submission.policy.changes import ComposeChanges
from grader.submission.policy.findings import Findings, Review
from grader.submission.policy.policy import read_policy
from grader.submission.reading import Reading, read_submission
from grader.submission.sandbox.sandbox import Sandbox, make_sandbox
from grader.submission.submission import Submission
from grader.submission.usage_watch import UsageWatch
from grader.submission.workspace import Workspace, copy_tree, new_workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    import docker

    from grader.exercise.spec import ExerciseSpec
    from grader.grading.request import GradingRequest
    from grader.machine.transport.engine_address import EngineAddress
    from grader.programs.bounded import FinishedProgram
    from grader.reports.result import ResultFile

USUAL_SOCKETS: Final = ("/var/run/docker.sock", "/run/docker.sock")
"""Sockets of this machine's own engine."""


@dataclass(frozen=True, slots=True)
class RefusedSubmission:
    """The policy refused the submission; pushed files are refused before any engine is contacted."""

    review: Review


@dataclass(frozen=True, slots=True)
class GradedSubmission:
    result: ResultFile
    bring_up: FinishedProgram | None
    """`None` if there was nothing to bring up."""
    taken_down: TakeDownReport


def grade_repository(
    request: GradingRequest,
    spec: ExerciseSpec,
    repository: Path,
    engine: EngineAddress,
    *,
    connect: Callable[[], docker.APIClient],
    grade: Callable[[Submission], ResultFile],
    limits: BringUpLimits | None = None,
) -> GradedSubmission | RefusedSubmission:
    """Grades the repository of `request`, which was cloned to the folder `repository`, whatever is in it.

    `connect` opens the engine's API; it is called only if the policy accepts the repository. `grade` grades what is on
    the engine; it reads files in the sandbox, also if nothing was brought up. The engine is always taken down. Raises
    `GraderError` if nobody can be graded (no throw-away engine, no sandbox, the grading process failed), and what the
    client raises.
    """
    with new_workspace(request.workspaces, repository_name(request.repository)) as workspace:
        sandbox = make_sandbox(workspace.tmp)
        reading = _copy_and_read(request, repository, workspace, sandbox)
        if reading.review.refused:
            return RefusedSubmission(reading.review)
        with closing(connect()) as client:
            before = read_engine_state(client)
            require_disposable_engine(before, engine.url, USUAL_SOCKETS, disposable=request.disposable)
            run = _SubmissionRun(request, spec, engine, workspace, sandbox, client, before, limits or BringUpLimits())
            watch = UsageWatch(connect, before, workspace, run.limits.quota)
            try:
                with watch:
                    outcome = run.grade(reading, grade, watch)
            finally:
                taken_down = take_down(client, before)
    if isinstance(outcome, RefusedSubmission):
        return outcome
    result, came_up = outcome
    result = replace(result, commit=commit_of(repository), advice=reading.advice)
    return GradedSubmission(
        with_known_paths(result, known_paths(reading.review.changes, workspace)), came_up, taken_down
    )


def repository_name(repository: str) -> str:
    """The name of a repository: that of its folder, or the last part of its address."""
    path = Path(repository)
    if path.is_dir():
        return path.resolve().name
    return re.split(r"[/:]", repository.rstrip("/"))[-1].removesuffix(".git")


def _copy_and_read(request: GradingRequest, repository: Path, workspace: Workspace, sandbox: Sandbox) -> Reading:
    """Copy the repository twice, and review the copy that nothing will change."""
    findings = Findings()
    limits = read_policy().limits
    copy_tree(repository, workspace.frozen, limits, findings, without=workspace.shared.parent)
    if findings.found:
        return Reading(review=findings.review())
    copy_tree(workspace.frozen, workspace.working_copy, limits, findings)
    for folder in (workspace.frozen, workspace.frozen_home, workspace.working_copy, workspace.home):
        sandbox.chown_to_sandbox(folder)
    return read_submission(sandbox, workspace, request.exercise.resolve().name, scripts=request.disposable)


@dataclass(frozen=True, slots=True)
class _SubmissionRun:
    """A submission on its engine."""

    request: GradingRequest
    spec: ExerciseSpec
    engine: EngineAddress
    workspace: Workspace
    sandbox: Sandbox
    client: docker.APIClient
    before: EngineState
    limits: BringUpLimits

    def grade(
        self, reading: Reading, grade: Callable[[Submission], ResultFile], watch: UsageWatch
    ) -> tuple[ResultFile, FinishedProgram | None] | RefusedSubmission:
        work, review = reading.layout, reading.review
        if work is None or review.invalid:
            return with_invalid_files(grade(self._submission(reading)), review.invalid), None
        if reading.project is not None:
            changes = review.changes or ComposeChanges()
            if taken := taken_objects(self.client, changes):
                return RefusedSubmission(Review(refused=taken))
            lay_out_folders(changes, self.workspace, self.sandbox)
            override = compose_override(changes, self.workspace)
            write_limits(reading.project, self.workspace, self.client.info(), override)
        brought_up = bring_up(
            work,
            self.workspace,
            self.sandbox,
            self.engine,
            watch=watch,
            # The name for an image that is built from a Dockerfile alone.
            image=next((one.image for one in self.spec.containers.values()), ""),
            limits=self.limits,
        )
        if work.kind is BringUpKind.SCRIPT and (refused := self._refreeze()):
            return refused
        # Names of the exercise's images: nothing else may be built under these names.
        also = [name for one in self.spec.containers.values() for name in one.equivalent_images]
        if replaced := replaced_images(self.client, self.before, (*self.spec.images, *also)):
            take_down(self.client, self.before)  # whatever runs, it is not of the course's images
            return with_replaced_images(grade(self._submission(reading)), replaced), brought_up
        result = grade(self._submission(reading))
        if watch.reason and brought_up.succeeded:
            brought_up = brought_up.stopped_by_watch(watch.reason)
        return with_failed_bring_up(result, (work.folder / work.file).as_posix(), brought_up), brought_up

    def _refreeze(self) -> RefusedSubmission | None:
        """Freeze the files that the script has made or changed, by the same rules as pushed files."""
        findings = Findings()
        limits = read_policy().limits
        for live, frozen in (
            (self.workspace.working_copy, self.workspace.frozen),
            (self.workspace.home, self.workspace.frozen_home),
        ):
            empty_folder(frozen)
            copy_tree(live, frozen, limits, findings)
            self.sandbox.chown_to_sandbox(frozen)
        if findings.found:  # beyond the limits now: Compose finds no files any more
            empty_folder(self.workspace.frozen)
            return None
        reading = read_submission(self.sandbox, self.workspace, self.request.exercise.resolve().name, scripts=True)
        return RefusedSubmission(reading.review) if reading.review.refused else None

    def _submission(self, reading: Reading) -> Submission:
        """For the process that grades: even with nothing brought up, a label of the engine's chooses no file here."""
        workspace, work, project = self.workspace, reading.layout, reading.project
        return Submission(
            shared=str(workspace.shared),
            private=str(workspace.private),
            name=workspace.name,
            folder=work.folder.as_posix() if work else ".",
            compose_files=work.compose_files if work else (),
            limits_file=LIMITS_FILE if project else "",
            project=project.name if project else "",
            moved_folders=placed_folders(reading.review.changes, workspace),
            uid=self.sandbox.uid,
            other_projects=tuple(sorted(self.before.compose_projects)),
        )
