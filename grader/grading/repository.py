"""Grades one pushed repository, writes its result, and prints it, with the mark in the last line."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import requests
from docker.errors import DockerException
from msgspec.structs import replace

from grader import exit_codes
from grader.engine_state.client import engine_variables, open_engine_client
from grader.errors import GraderError, MachineUnreachable
from grader.exercise.spec import require_ports
from grader.grading.ci_files import findings_of, write_ci_files, write_exports
from grader.grading.isolated import GradingFailed, isolated_process
from grader.grading.job_engine import engine_limitation, engine_warning, on_job_engine
from grader.grading.job_log import mark_line, refusal_lines, result_lines
from grader.grading.reasons import reason_of
from grader.grading.results_folder import open_results
from grader.grading.run import not_graded
from grader.grading.submission_lifecycle import GradedSubmission, RefusedSubmission, grade_repository
from grader.grading.teams import results_by_student
from grader.machine.transport.engine_address import engine_address
from grader.messages import LANGUAGES, Texts
from grader.programs.temporary_folder import temporary_folder
from grader.reports.ci.github import annotation_lines, is_actions
from grader.reports.result import HandedIn
from grader.reports.signature import JOB_KEY_VARIABLE, run_name, sign, signing_key
from grader.results.folder import open_ledger_if_any
from grader.results.storing import store_result
from grader.roster.machine_url import parse_machine_url
from grader.settings import language_for_errors, requested_language
from grader.submission.clone.clone import CloneFailed, clone, parse_source
from grader.submission.clone.commit import commit_of
from grader.submission.clone.gitlab_pushes import GitlabFailed, gitlab_project, is_askable, read_gitlab_pushes
from grader.submission.clone.push_log import is_bare_repository
from grader.submission.infrastructure_failure import InfrastructureFailed
from grader.submission.reading import ReadingFailed
from grader.submission.sandbox.sandbox import NoSandboxError
from grader.text.escaping import escape_control_characters, log_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grader.grading.ci_files import ExportFormat
    from grader.grading.job_engine import JobEngineOptions
    from grader.grading.request import GradingRequest
    from grader.messages import Language, Words
    from grader.reports.ci.finding import Finding
    from grader.reports.result import ResultFile
    from grader.results.storing import StoredResult
    from grader.scoring.suite import Suite
    from grader.submission.clone.clone import ClonedCommit
    from grader.submission.clone.push_log import Push
    from grader.submission.policy.findings import Refusal, Review


@dataclass(frozen=True, slots=True)
class Done:
    """The result of one repository, not written yet."""

    result: ResultFile
    refused: Review | None = None
    """What the policy refused."""
    engine_problems: tuple[str, ...] = ()
    """How the engine differs from its state before; it should not be used again."""
    mistakes: tuple[Refusal, ...] = ()
    """What Compose or Docker would reject."""

    @property
    def code(self) -> int:
        """The exit code of `grader repo`."""
        if self.refused:
            return exit_codes.REFUSED_BY_POLICY
        verdicts = {check.verdict for check in self.result.checks}
        if self.result.status == "not-graded" or "error" in verdicts:
            return exit_codes.NOT_GRADED
        return exit_codes.FAILED if verdicts & {"failed", "blocked"} else 0

    def findings(self, language: Language) -> list[Finding]:
        """What stands at a line of a pushed file."""
        return findings_of((*(self.refused.refused if self.refused else ()), *self.mistakes), self.result, language)

    def lines(self, language: Language) -> tuple[str, ...]:
        """Lines to print, the mark last."""
        last = mark_line(self.result, language)
        if self.refused:
            return (*refusal_lines(self.refused, language), last)
        was_tried = any(check.verdict != "skipped" for check in self.result.checks)
        return (*(result_lines(self.result, language) if was_tried else ()), last)


def grade_and_write(
    request: GradingRequest,
    suite: Suite,
    folder: Path,
    language: Language,
    environ: Mapping[str, str],
    *,
    exports: Mapping[ExportFormat, Path] | None = None,
    job_engine: JobEngineOptions | None = None,
) -> int:
    """Grades, writes and prints the result, and returns the exit code. Raises `GraderError`.

    `exports`: files to write as well, in the formats of other graders. `job_engine`: start an engine for this alone.
    """
    results = open_results(folder, Path(request.repository) if Path(request.repository).is_dir() else None)
    signing_key(environ)  # an unusable key is reported before anything runs
    parse_source(request.repository)  # and so is a mistyped address: that is no reason for a student to have no mark
    require_ports(suite.spec, suite.id, request.ports)
    try:
        done = (
            _grade_on_job_engine(suite, request, environ, job_engine, language)
            if job_engine
            else grade_one(suite, request, environ)
        )
    except MachineUnreachable as error:
        done = Done(not_graded(suite, request, reason_of(error)))
    results.require_unchanged(suite.id)
    _write(done, request, folder, language, environ)
    write_exports(done.result, exports or {}, language, environ)
    for problem in done.engine_problems:
        warning = GraderError("engine.not-as-before", detail=problem).message(language)
        print(log_line(f"grader: {warning}"), file=sys.stderr)  # noqa: T201  # a warning
    for line in done.lines(language):
        print(line)  # noqa: T201  # this is the command's output
    return done.code


def _grade_on_job_engine(
    suite: Suite, request: GradingRequest, environ: Mapping[str, str], options: JobEngineOptions, language: Language
) -> Done:
    """Raises `MachineUnreachable` if the engine does not start, `GraderError` if it cannot be started here."""
    if limitation := engine_limitation(options.kind, suite.spec, request.ports):
        words: Words = {language: limitation.message(language) for language in LANGUAGES}
        return Done(not_graded(suite, request, (limitation.code, words)))
    if warning := engine_warning(options.kind, suite.spec):
        print(log_line(f"grader: {warning.message(language)}"), file=sys.stderr)  # noqa: T201  # a warning
    with on_job_engine(request, options) as on_engine:
        return grade_one(suite, on_engine, environ, is_removed_with_engine=True)


def grade_one(
    suite: Suite, request: GradingRequest, environ: Mapping[str, str], *, is_removed_with_engine: bool = False
) -> Done:
    """Grades one repository. Raises `MachineUnreachable` for its engine, `GraderError` for a wrong request.

    Any other exception comes from what is in the repository, or from a bug: the student is not graded.
    """
    try:
        return _clone_and_grade(suite, request, environ, is_removed_with_engine=is_removed_with_engine)
    except GraderError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a repository brings about is its own result
        return Done(not_graded(suite, request, reason_of(error)))


def _clone_and_grade(
    suite: Suite, request: GradingRequest, environ: Mapping[str, str], *, is_removed_with_engine: bool
) -> Done:
    engine = engine_address(request.machine, environ)
    # The process that grades has no DOCKER_HOST and no Docker context: without the engine's own address and
    # certificates, it would look at another engine than the one that the submission was brought up on.
    variables = engine_variables(engine)
    on_engine = replace(request, machine=parse_machine_url(engine.url), disposable=True)
    with temporary_folder("grader-clone-") as clones, isolated_process(variables) as process:
        folder = Path(request.repository)
        try:
            if not folder.is_dir() or is_bare_repository(folder) or request.until:
                folder = clones / "clone"
                pushes = _pushes(gitlab_project(request.repository, environ), environ)
                commit = clone(request.repository, folder, until=request.until, pushes=pushes)
                request = _handed_in(request, commit)
            outcome = grade_repository(
                request,
                suite.spec,
                folder,
                engine,
                connect=lambda: open_engine_client(engine),
                prepare=process.start,
                grade=lambda submission: process.grade(suite, on_engine, submission),
                is_removed_with_engine=is_removed_with_engine,
            )
        except (CloneFailed, GradingFailed, InfrastructureFailed, NoSandboxError, ReadingFailed) as error:
            return Done(not_graded(suite, request, reason_of(error), commit_of(folder)))
        except (DockerException, requests.RequestException) as error:
            detail = escape_control_characters(str(error), 200)
            raise MachineUnreachable("engine-lost", where=engine.display_name, detail=detail) from error
        match outcome:
            case RefusedSubmission(review):
                reason = ("repository-refused", _refusal(review))
                return Done(not_graded(suite, request, reason, commit_of(folder)), review)
            case GradedSubmission(result, _, taken_down, mistakes):
                result = replace(result, handed_in=request.handed_in or _pushed(environ, result.commit))
                return Done(result, engine_problems=(*taken_down.left, *taken_down.missing), mistakes=mistakes)


def _handed_in(request: GradingRequest, commit: ClonedCommit) -> GradingRequest:
    by: Literal["server", "commit"] = "server" if commit.is_by_server else "commit"
    return replace(request, handed_in=HandedIn(at=f"{commit.at:%Y-%m-%dT%H:%M:%SZ}", by=by))


def _pushed(environ: Mapping[str, str], commit: str | None) -> HandedIn | None:
    """When GitLab received the commit of this job; `None` elsewhere, or if it does not say."""
    if not commit or environ.get("CI_COMMIT_SHA") != commit:
        return None
    if (at := environ.get("CI_PIPELINE_CREATED_AT", "")) and environ.get("CI_PIPELINE_SOURCE") == "push":
        return HandedIn(at=at, by="server")
    project = environ.get("CI_PROJECT_ID", "") if is_askable(environ) else ""
    push = next((push for push in _pushes(project, environ) if push.commit == commit), None)
    return HandedIn(at=f"{push.at:%Y-%m-%dT%H:%M:%SZ}", by="server") if push else None


def _pushes(project: str, environ: Mapping[str, str]) -> list[Push]:
    """The pushes to a project on GitLab; empty without one, and if the server does not say: then the mark says so."""
    try:
        return read_gitlab_pushes(project, environ) if project else []
    except GitlabFailed as error:
        language = language_for_errors(requested_language(sys.argv), environ)
        print(log_line(f"grader: {project}: {error.message(language)}"), file=sys.stderr)  # noqa: T201  # a warning
        return []


def _refusal(review: Review) -> Words:
    return {language: _refusal_in(review, language) for language in LANGUAGES}


def _refusal_in(review: Review, language: Language) -> str:
    intro = Texts("policy", language).labelled("refused-intro", "")
    return "\n".join([intro, *(refusal.line_in(language) for refusal in review.refused)])


def _write(done: Done, request: GradingRequest, folder: Path, language: Language, environ: Mapping[str, str]) -> None:
    """Writes the result of each student and what the CI service reads, and signs it if there is a key."""
    result, findings = done.result, done.findings(language)
    with open_ledger_if_any(folder, environ) as ledger:
        stored = [store_result(own, folder, language, ledger=ledger) for own in results_by_student(request, result)]
    ci_files = write_ci_files(result, findings, folder=folder, language=language, environ=environ)
    stored[0].written.extend(ci_files)
    if sign_files := signer(folder, environ):
        for one in stored:
            sign_files(one)
    if is_actions(environ):
        for line in annotation_lines(result, findings, language):
            print(line)  # noqa: T201  # commands to the service


def signer(folder: Path, environ: Mapping[str, str]) -> Callable[[StoredResult], None] | None:
    """A function that signs files in `folder`; `None` without a key. Raises `GraderError` if the key is too short."""
    key = signing_key(environ) or signing_key(environ, JOB_KEY_VARIABLE)
    if key is None:
        return None
    return lambda stored: sign(folder, key, stored.written, run_name(environ), archived=stored.archived)
