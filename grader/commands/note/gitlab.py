"""A result as a note of a GitLab merge request."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from grader.errors import GraderError
from grader.gitlab_api import GitlabApiError, open_gitlab_api
from grader.reports.ci.markdown import markdown_summary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.gitlab_api import GitlabApi
    from grader.messages import Language
    from grader.reports.result import ResultFile

TOKEN_VARIABLE: Final = "GRADER_NOTE_TOKEN"  # noqa: S105 - a name
_WITHIN_S: Final = 60.0
_MAX_PAGES: Final = 50
_QUICK_ACTION: Final = re.compile(r"^(\s*)/", re.MULTILINE)


class _User(msgspec.Struct, frozen=True):
    id: int


class _Note(msgspec.Struct, frozen=True):
    id: int
    author: _User
    body: str


@dataclass(frozen=True, slots=True)
class MergeRequest:
    """The merge request of a job, and who may write to it."""

    environ: Mapping[str, str] = field(repr=False)
    """The job's: it has the address of GitLab's API, and the token."""
    project: str
    number: str

    def publish(self, result: ResultFile, language: Language) -> None:
        """Write the note of this exercise, or update the one of an earlier run. Raises `GraderError`."""
        try:
            with open_gitlab_api(self.environ, self.environ[TOKEN_VARIABLE].strip(), _WITHIN_S) as api:
                self._publish(api, result, language)
        except GitlabApiError as error:
            if error.status:
                raise GraderError("note.refused", where=str(error), status=error.status) from None
            server, fault = self.environ["CI_API_V4_URL"], type(error.__cause__).__name__
            raise GraderError("note.no-answer", where=server, detail=fault) from None

    def _publish(self, api: GitlabApi, result: ResultFile, language: Language) -> None:
        own = api.ask("/user", _User).id
        notes = f"/projects/{self.project}/merge_requests/{self.number}/notes"
        # Anybody may write a note that looks like ours, and nobody else's may be changed.
        before = (
            one.id
            for page in api.pages(notes, _Note, _MAX_PAGES)
            for one in page
            if one.author.id == own and one.body.startswith(_marker(result.exercise))
        )
        number = next(before, None)
        method, path = ("POST", notes) if number is None else ("PUT", f"{notes}/{number}")
        api.ask(path, _Note, method, {"body": note_text(result, language)})


def merge_request_of(environ: Mapping[str, str]) -> MergeRequest | None:
    """The merge request of this job; `None` in other jobs, and without a token."""
    project, number = (environ.get(name, "").strip() for name in ("CI_PROJECT_ID", "CI_MERGE_REQUEST_IID"))
    if not (project and number and all(environ.get(name, "").strip() for name in ("CI_API_V4_URL", TOKEN_VARIABLE))):
        return None
    return MergeRequest(environ, project, number)


def note_text(result: ResultFile, language: Language) -> str:
    """The summary, found again by its first line, in which no line is a command to GitLab (`/close`)."""
    summary = _QUICK_ACTION.sub(r"\1&#47;", markdown_summary(result, language))
    return f"{_marker(result.exercise)}\n{summary}"


def _marker(exercise: str) -> str:
    return f"<!-- container-lab-grader: {exercise} -->"
