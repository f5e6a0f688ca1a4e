"""A result as a note of a GitLab merge request, through GitLab's API."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import requests

from grader.errors import GraderError
from grader.reports.ci.markdown import markdown_summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from grader.messages import Language
    from grader.reports.result import ResultFile

TOKEN_VARIABLE: Final = "GRADER_NOTE_TOKEN"  # noqa: S105 - a name
_LIMIT_S: Final = 30.0
_PER_PAGE: Final = 50
_MAX_PAGES: Final = 100
_QUICK_ACTION: Final = re.compile(r"^(\s*)/", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class MergeRequest:
    """The merge request of a job, and who may write to it."""

    api: str
    """The address of GitLab's API, `https://gitlab.example.org/api/v4`."""
    project: str
    number: str
    token: str = field(repr=False)
    authority: str = ""
    """A file with the certificates that this GitLab is known by; empty for the usual ones."""

    def publish(self, result: ResultFile, language: Language) -> None:
        """Write the note of this exercise, or update the one of an earlier run. Raises `GraderError`."""
        own = self._call("GET", "/user").json()["id"]
        notes = f"/projects/{self.project}/merge_requests/{self.number}/notes"
        # Anybody may write a note that looks like ours, and nobody else's may be changed.
        before = (
            one["id"]
            for one in self._listed(notes)
            if one["author"]["id"] == own and one["body"].startswith(_marker(result.exercise))
        )
        number = next(before, None)
        method, path = ("POST", notes) if number is None else ("PUT", f"{notes}/{number}")
        self._call(method, path, {"body": note_text(result, language)})

    def _listed(self, path: str) -> Iterator[dict[str, Any]]:
        for page in range(1, _MAX_PAGES + 1):
            found = self._call("GET", f"{path}?per_page={_PER_PAGE}&page={page}").json()
            yield from found
            if len(found) < _PER_PAGE:
                return

    def _call(self, method: str, path: str, content: Mapping[str, str] | None = None) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False  # no proxy, and no password of a .netrc in place of the token
            try:
                answer = session.request(
                    method,
                    f"{self.api}{path}",
                    json=content,
                    headers={"PRIVATE-TOKEN": self.token},
                    timeout=_LIMIT_S,
                    allow_redirects=False,  # the token would go along
                    verify=self.authority or True,
                )
            except (requests.RequestException, OSError) as error:
                raise GraderError("note.no-answer", where=self.api, detail=type(error).__name__) from None
        if answer.status_code not in {200, 201}:
            raise GraderError("note.refused", where=f"{method} {path}", status=answer.status_code)
        return answer


def merge_request_of(environ: Mapping[str, str]) -> MergeRequest | None:
    """The merge request of this job; `None` in other jobs, and without a token."""
    names = ("CI_API_V4_URL", "CI_PROJECT_ID", "CI_MERGE_REQUEST_IID", TOKEN_VARIABLE)
    api, project, number, token = (environ.get(name, "").strip() for name in names)
    if not (api and project and number and token):
        return None
    return MergeRequest(api, project, number, token, environ.get("CI_SERVER_TLS_CA_FILE", ""))


def note_text(result: ResultFile, language: Language) -> str:
    """The summary, found again by its first line, in which no line is a command to GitLab (`/close`)."""
    summary = _QUICK_ACTION.sub(r"\1&#47;", markdown_summary(result, language))
    return f"{_marker(result.exercise)}\n{summary}"


def _marker(exercise: str) -> str:
    return f"<!-- container-lab-grader: {exercise} -->"
