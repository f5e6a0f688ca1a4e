"""Grades a pushed repository from end to end: review, bring-up, grading, take-down."""

from __future__ import annotations

import os
import re
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from docker.errors import DockerException
from msgspec.structs import replace

from grader.engine_state.client import has_buildkit
from grader.engine_state.course_images import replaced_images
from grader.engine_state.engine_state import EngineState, read_engine_state, require_disposable_engine
from grader.engine_state.take_down import TakeDownReport, take_down
from grader.errors import CodedError
from grader.programs.temporary_folder import empty_folder
from grader.submission.bring_up import BringUpLimits, bring_up
from grader.submission.bring_up_failure import with_failed_bring_up, with_invalid_files, with_replaced_images
from grader.submission.clone.commit import commit_of
from grader.submission.container_limits import LIMITS_FILE, write_limits
from grader.submission.external_objects import taken_objects
from grader.submission.free_ports import require_free_ports
from grader.submission.hidden_paths import with_known_paths
from grader.submission.infrastructure_failure import InfrastructureFailed, infrastructure_failure
from grader.submission.layout import DOCKERFILE_NAMES, BringUpKind
from grader.submission.moved_folders import compose_override, known_paths, lay_out_folders, placed_folders
from grader.submission.policy.changes import ComposeChanges
from grader.submission.policy.findings import Findings, Review
from grader.submission.policy.policy import read_policy
from grader.submission.reading import Reading, ReadingRequest, file_hash, read_submission
from grader.submission.sandbox.sandbox import Sandbox, make_sandbox
from grader.submission.submission import Submission
from grader.submission.usage_watch import UsageWatch
from grader.submission.workspace import Workspace, copy_tree, new_workspace
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Callable

    import docker

    from grader.exercise.spec import ExerciseSpec
    from grader.grading.request import GradingRequest
    from grader.machine.transport.engine_address import EngineAddress
    from grader.programs.bounded import FinishedProgram
    from grader.reports.result import ResultFile
    from grader.submission.layout import SubmissionLayout
    from grader.submission.policy.findings import Refusal

USUAL_SOCKETS: Final = ("/var/run/docker.sock", "/run/docker.sock")
"""Sockets of this machine's own engine."""
_SHOWN_FOLDERS: Final = 10


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
    mistakes: tuple[Refusal, ...] = ()
    """Why there was nothing to bring up: what Compose or Docker would reject."""


def grade_repository(
    request: GradingRequest,
    spec: ExerciseSpec,
    repository: Path,
    engine: EngineAddress,
    *,
    connect: Callable[[], docker.APIClient],
    grade: Callable[[Submission], ResultFile],
    prepare: Callable[[], None] = lambda: None,
    limits: BringUpLimits | None = None,
    is_removed_with_engine: bool = False,
) -> GradedSubmission | RefusedSubmission:
    """Grades the repository of `request`, which was cloned to the folder `repository`, whatever is in it.

    `connect` opens the engine's API; it is called only if the policy accepts the repository. `grade` grades what is on
    the engine; it reads files in the sandbox, also if nothing was brought up. `prepare` is called before the bring-up,
    to start what `grade` needs. The engine is taken down, unless it is itself removed with all that it has. Raises
    `InfrastructureFailed` if it could not be brought up for reasons of ours, `GraderError` if nobody can be graded (no
    throw-away engine, no sandbox, the grading process failed), and what the client raises.
    """
    with new_workspace(request.workspaces, repository_name(request.repository)) as workspace:
        sandbox = make_sandbox(workspace.tmp)
        asked = _reading_request(request, spec)
        reading = _copy_and_read(asked, repository, workspace, sandbox)
        if reading.review.refused:
            return RefusedSubmission(reading.review)
        _require_one_folder(request, reading)
        with closing(connect()) as client:
            before = read_engine_state(client)
            require_disposable_engine(before, engine.url, USUAL_SOCKETS, disposable=request.disposable)
            run = _SubmissionRun(request, spec, engine, workspace, sandbox, client, before, limits or BringUpLimits())
            watch = UsageWatch(connect, before, workspace, run.limits.quota)
            prepare()
            try:
                with watch:
                    outcome = run.grade(reading, grade, watch)
            finally:
                taken_down = TakeDownReport(0) if is_removed_with_engine else take_down(client, before)
    if isinstance(outcome, RefusedSubmission):
        return outcome
    result, came_up = outcome
    file = escape_control_characters(reading.layout.path) if reading.layout else ""
    result = replace(result, commit=commit_of(repository), submission=file, advice=reading.advice)
    shown = known_paths(reading.review.changes, workspace)
    return GradedSubmission(with_known_paths(result, shown), came_up, taken_down, reading.review.invalid)


def repository_name(repository: str) -> str:
    """The name of a repository: that of its folder, or the last part of its address."""
    return project_path(repository).rpartition("/")[2]


def project_path(repository: str) -> str:
    """What tells a repository from all others of its server: its path there, `e2301234/tp`; the name of a folder."""
    path = Path(repository)
    if path.is_dir():
        return path.resolve().name
    return re.sub(r"^(?:\w+://[^/]*/|[^/]*:)", "", repository.rstrip("/")).removesuffix(".git").strip("/")


def _reading_request(request: GradingRequest, spec: ExerciseSpec) -> ReadingRequest:
    folder = request.exercise.resolve()
    material = os.walk(folder / "material", followlinks=True)  # exercises share some of it
    handed_out = (Path(top, name) for top, _, names in material for name in names if name in DOCKERFILE_NAMES)
    return ReadingRequest(
        exercise=folder.name,
        project=spec.compose.project if spec.compose else "",
        builds_image=bool(spec.built),
        folder=request.folder,
        scripts=request.disposable,
        handed_out=tuple(file_hash(path) for path in handed_out),
    )


def _require_one_folder(request: GradingRequest, reading: Reading) -> None:
    """Raise `CodedError` if it is open which folder is meant, or if there is nothing in the one that was named."""
    exercise = request.exercise.resolve().name
    if reading.candidates:
        folders = ", ".join(f"`{escape_control_characters(one, 80)}`" for one in reading.candidates[:_SHOWN_FOLDERS])
        raise CodedError("submission-ambiguous", exercise=exercise, folders=folders)
    if request.folder and reading.layout is None:
        raise CodedError("submission-not-in-folder", folder=request.folder)


def _copy_and_read(asked: ReadingRequest, repository: Path, workspace: Workspace, sandbox: Sandbox) -> Reading:
    """Copy the repository twice, and review the copy that nothing will change."""
    findings = Findings()
    limits = read_policy().limits
    copy_tree(repository, workspace.frozen, limits, findings, without=workspace.shared.parent)
    if findings.found:
        return Reading(review=findings.review())
    copy_tree(workspace.frozen, workspace.working_copy, limits, findings)
    for folder in (workspace.frozen, workspace.frozen_home, workspace.working_copy, workspace.home):
        sandbox.chown_to_sandbox(folder)
    return read_submission(sandbox, workspace, asked)


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
        require_free_ports(self.engine.host, (one.on_machine(self.request.ports) for one in self.spec.ports.values()))
        if reading.project is not None:
            changes = review.changes or ComposeChanges()
            if taken := taken_objects(self.client, changes):
                return RefusedSubmission(Review(refused=taken))
            lay_out_folders(changes, self.workspace, self.sandbox)
            override = compose_override(changes, self.workspace)
            write_limits(reading.project, self.workspace, self.client.info(), override)
        self._pull_bases()
        brought_up = bring_up(
            work,
            self.workspace,
            self.sandbox,
            self.engine,
            watch=watch,
            # The name for an image that is built from a Dockerfile alone.
            image=next((one.image for one in self.spec.containers.values()), ""),
            limits=self.limits,
            buildkit=has_buildkit(self.client),
        )
        failure = infrastructure_failure(brought_up, work.kind)
        if failure and not brought_up.succeeded:
            raise failure
        if work.kind is BringUpKind.SCRIPT and (refused := self._refreeze(work)):
            return refused
        # Names of the exercise's images: nothing else may be built under these names.
        also = [name for one in self.spec.containers.values() for name in one.equivalent_images]
        if replaced := replaced_images(self.client, self.before, (*self.spec.images, *also)):
            take_down(self.client, self.before)  # whatever runs, it is not of the course's images
            return with_replaced_images(grade(self._submission(reading)), replaced), brought_up
        result = grade(self._submission(reading))
        if failure and any(check.verdict != "passed" for check in result.checks):
            raise failure  # of a script that went on without what it could not get
        if watch.reason and brought_up.succeeded:
            brought_up = brought_up.stopped_by_watch(watch.reason)
        return with_failed_bring_up(result, work.path, brought_up), brought_up

    def _pull_bases(self) -> None:
        """Pull the bases that images are compared with: BuildKit keeps what it pulls to itself, under no name."""
        for name in {image.base for image in self.spec.built.values()}:
            repository, _, tag = name.partition(":")
            if self.client.images(name):
                continue
            try:
                self.client.pull(repository, tag or "latest")
            except DockerException as error:
                detail = escape_control_characters(str(error), 200)
                raise InfrastructureFailed("registry-unavailable", detail=detail) from error

    def _refreeze(self, work: SubmissionLayout) -> RefusedSubmission | None:
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
        asked = _reading_request(replace(self.request, folder=work.folder.as_posix()), self.spec)
        reading = read_submission(self.sandbox, self.workspace, asked)
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
