"""When commits were pushed to a GitLab server, which notes each push with its own clock: its events, over its API.

Asked for only if `CI_API_V4_URL` names the server, as in every job of GitLab, and `GRADER_GITLAB_TOKEN` is a token that
may read its API. `CI_JOB_TOKEN` may not read events.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import quote, urlsplit

import msgspec
from msgspec import Meta

from grader.errors import GraderError
from grader.gitlab_api import PER_PAGE, GitlabApiError, open_gitlab_api
from grader.submission.clone.push_log import Push
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN_VARIABLE: Final = "GRADER_GITLAB_TOKEN"  # noqa: S105 - its name
_SCP_LIKE: Final = re.compile(r"[^@/]+@(?P<host>[^:/]+):(?P<path>.+)")
_WITHIN_S: Final = 20.0
"""For all questions about one repository."""
_MAX_PAGES: Final = 10


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
    address = f"/projects/{quote(project, safe='')}"
    try:
        with open_gitlab_api(environ, environ[TOKEN_VARIABLE], _WITHIN_S) as api:
            branch = api.ask(address, _Project).default_branch
            pages = list(api.pages(f"{address}/events?action=pushed&sort=asc", _Event, _MAX_PAGES))
    except GitlabApiError as error:
        if error.status:
            raise GitlabFailed("repository.gitlab-status", status=error.status) from error
        raise GitlabFailed("repository.gitlab", detail=escape_control_characters(str(error), 200)) from error
    if len(pages) == _MAX_PAGES and len(pages[-1]) == PER_PAGE:
        return []
    events = [event for page in pages for event in page]
    if any(event.push_data and event.push_data.ref_count for event in events):
        return []
    return [
        Push(event.push_data.commit_to, event.created_at.astimezone(UTC))
        for event in sorted(events, key=lambda event: event.created_at)
        if event.push_data
        and event.push_data.commit_to
        and (event.push_data.ref_type, event.push_data.ref) == ("branch", branch)
    ]
