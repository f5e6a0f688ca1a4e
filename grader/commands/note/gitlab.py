"""A result as a note of a GitLab merge request, through GitLab's API."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec
import requests

from grader.errors import GraderError
from grader.machine.transport.bounded_http import bounded_request, ignore_redirects
from grader.machine.transport.connection_errors import EXCHANGE_ERRORS
from grader.reports.ci.markdown import markdown_summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from grader.messages import Language
    from grader.reports.result import ResultFile

TOKEN_VARIABLE: Final = "GRADER_NOTE_TOKEN"  # noqa: S105 - a name
_LIMIT_S: Final = 30.0
_PER_PAGE: Final = 50
_MAX_PAGES: Final = 100
_MAX_BYTES: Final = 8 * 2**20
_QUICK_ACTION: Final = re.compile(r"^(\s*)/", re.MULTILINE)

Answer = TypeVar("Answer")


class _User(msgspec.Struct, frozen=True):
    id: int


class _Note(msgspec.Struct, frozen=True):
    id: int
    author: _User
    body: str


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
        own = self._call("GET", "/user", _User).id
        notes = f"/projects/{self.project}/merge_requests/{self.number}/notes"
        # Anybody may write a note that looks like ours, and nobody else's may be changed.
        before = (
            one.id
            for one in self._listed(notes)
            if one.author.id == own and one.body.startswith(_marker(result.exercise))
        )
        number = next(before, None)
        method, path = ("POST", notes) if number is None else ("PUT", f"{notes}/{number}")
        self._call(method, path, _Note, {"body": note_text(result, language)})

    def _listed(self, path: str) -> Iterator[_Note]:
        for page in range(1, _MAX_PAGES + 1):
            found = self._call("GET", f"{path}?per_page={_PER_PAGE}&page={page}", list[_Note])
            yield from found
            if len(found) < _PER_PAGE:
                return

    def _call(self, method: str, path: str, kind: type[Answer], content: Mapping[str, str] | None = None) -> Answer:
        with requests.Session() as session:
            session.trust_env = False  # no proxy, and no password of a .netrc in place of the token
            ignore_redirects(session)  # the token would go along
            try:
                exchanged = bounded_request(
                    lambda: session.request(
                        method,
                        f"{self.api}{path}",
                        json=content,
                        headers={"PRIVATE-TOKEN": self.token},
                        timeout=_LIMIT_S,
                        allow_redirects=False,
                        stream=True,
                        verify=self.authority or True,
                    ),
                    within_s=_LIMIT_S,
                    max_bytes=_MAX_BYTES,
                )
                status = exchanged.response.status_code
                if status in {200, 201}:
                    return msgspec.json.decode(exchanged.body, type=kind)
            except (*EXCHANGE_ERRORS, msgspec.DecodeError, RecursionError) as error:  # or no answer of GitLab's
                raise GraderError("note.no-answer", where=self.api, detail=type(error).__name__) from None
        raise GraderError("note.refused", where=f"{method} {path}", status=status)


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
