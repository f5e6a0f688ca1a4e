"""When commits were pushed to a GitLab server, which notes each push with its own clock: its events, over its API.

Asked for only if `CI_API_V4_URL` names the server, as in every job of GitLab, and `GRADER_GITLAB_TOKEN` is a token that
may read its API. `CI_JOB_TOKEN` may not read events.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final, TypeVar
from urllib.parse import quote, urlsplit

import msgspec
import requests
from msgspec import Meta

from grader.errors import GraderError
from grader.machine.transport.bounded_http import bounded_request, ignore_redirects
from grader.machine.transport.connection_errors import EXCHANGE_ERRORS
from grader.submission.clone.push_log import Push
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN_VARIABLE: Final = "GRADER_GITLAB_TOKEN"  # noqa: S105 - its name
_SCP_LIKE: Final = re.compile(r"[^@/]+@(?P<host>[^:/]+):(?P<path>.+)")
_WITHIN_S: Final = 20.0
"""For all questions about one repository."""
_PER_PAGE: Final = 100
_MAX_PAGES: Final = 10
_MAX_BYTES: Final = 4 * 2**20

Answer = TypeVar("Answer")


class _Project(msgspec.Struct, frozen=True):
    default_branch: str | None


class _PushData(msgspec.Struct, frozen=True):
    ref_type: str | None = None
    ref: str | None = None
    commit_to: str | None = None
    ref_count: int | None = None
    """Set where one push changed many branches: GitLab then names neither branches nor commits."""


class _Event(msgspec.Struct, frozen=True):
    created_at: Annotated[datetime, Meta(tz=True)]
    push_data: _PushData | None = None


class GitlabFailed(GraderError):
    """The server does not say when something was pushed. The text says why."""


def is_askable(environ: Mapping[str, str]) -> bool:
    return bool(environ.get("CI_API_V4_URL") and environ.get(TOKEN_VARIABLE))


def gitlab_project(source: str, environ: Mapping[str, str]) -> str:
    """The path of the project that is cloned from the address `source`.

    Empty if it is not on the server of `CI_API_V4_URL`, or without a token: nothing is asked then.
    """
    if not is_askable(environ):
        return ""
    api = urlsplit(environ["CI_API_V4_URL"])
    if scp_like := _SCP_LIKE.fullmatch(source):
        host, path = scp_like["host"].lower(), scp_like["path"]
    elif source.startswith(("http://", "https://", "ssh://")):
        url = urlsplit(source)
        host, path = url.hostname or "", url.path
        if not source.startswith("ssh://"):
            path = path.removeprefix(api.path.removesuffix("/").removesuffix("/api/v4"))
    else:
        return ""
    return path.strip("/").removesuffix(".git") if host == api.hostname else ""


def read_gitlab_pushes(project: str, environ: Mapping[str, str]) -> list[Push]:
    """The pushes to the default branch of `project`, a path or a number, the oldest first.

    Empty if they are more than can be read, or if one of them changed so many branches that GitLab does not name them.
    Raises `GitlabFailed` if the server does not answer, or not to this token.
    """
    deadline = time.monotonic() + _WITHIN_S
    address = f"{environ['CI_API_V4_URL'].rstrip('/')}/projects/{quote(project, safe='')}"
    with requests.Session() as session:
        session.trust_env = False
        ignore_redirects(session)
        session.headers.update({"PRIVATE-TOKEN": environ[TOKEN_VARIABLE], "User-Agent": "grader"})
        session.verify = environ.get("CI_SERVER_TLS_CA_FILE") or True
        branch = _get(session, address, deadline, _Project).default_branch
        events: list[_Event] = []
        for page in range(1, _MAX_PAGES + 1):
            query = f"action=pushed&sort=asc&per_page={_PER_PAGE}&page={page}"
            found = _get(session, f"{address}/events?{query}", deadline, list[_Event])
            events += found
            if len(found) < _PER_PAGE:
                break
        else:
            return []
    if any(event.push_data and event.push_data.ref_count for event in events):
        return []
    return [
        Push(event.push_data.commit_to, event.created_at.astimezone(UTC))
        for event in sorted(events, key=lambda event: event.created_at)
        if event.push_data
        and event.push_data.commit_to
        and (event.push_data.ref_type, event.push_data.ref) == ("branch", branch)
    ]


def _get(session: requests.Session, address: str, deadline: float, kind: type[Answer]) -> Answer:
    left_s = max(0.1, deadline - time.monotonic())
    try:
        exchanged = bounded_request(
            lambda: session.get(address, stream=True, timeout=left_s, allow_redirects=False),
            within_s=left_s,
            max_bytes=_MAX_BYTES,
        )
    except EXCHANGE_ERRORS as error:
        raise GitlabFailed("repository.gitlab", detail=escape_control_characters(str(error), 200)) from error
    status = exchanged.response.status_code
    if status != requests.codes.ok:
        raise GitlabFailed("repository.gitlab-status", status=status)
    try:
        return msgspec.json.decode(exchanged.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise GitlabFailed("repository.gitlab", detail=escape_control_characters(str(error), 200)) from error
