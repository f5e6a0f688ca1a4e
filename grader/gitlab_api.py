"""A GitLab server's API, whose answers are bounded. Proxies and redirects are not used: the token would go along."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec
import requests

from grader.machine.transport.bounded_http import bounded_request, ignore_redirects
from grader.machine.transport.connection_errors import EXCHANGE_ERRORS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PER_PAGE: Final = 100
_MAX_BYTES: Final = 8 * 2**20

Answer = TypeVar("Answer")


class GitlabApiError(Exception):
    """No answer, or none of GitLab's: the text says why.

    A refusal has its HTTP status; then the text says what was asked: `GET /user`.
    """

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


class GitlabApi:
    """What is asked of one server within a time limit."""

    def __init__(self, session: requests.Session, address: str, within_s: float) -> None:
        self._session = session
        self._address = address
        self._deadline = time.monotonic() + within_s

    def ask(self, path: str, kind: type[Answer], method: str = "GET", content: object = None) -> Answer:
        """The answer to `path`, which begins with a slash. Raises `GitlabApiError`."""
        left_s = max(0.1, self._deadline - time.monotonic())
        try:
            exchanged = bounded_request(
                lambda: self._session.request(
                    method, self._address + path, json=content, timeout=left_s, allow_redirects=False, stream=True
                ),
                within_s=left_s,
                max_bytes=_MAX_BYTES,
            )
            status = exchanged.response.status_code
            if status in {requests.codes.ok, requests.codes.created}:
                return msgspec.json.decode(exchanged.body, type=kind)
        except (*EXCHANGE_ERRORS, msgspec.DecodeError, RecursionError) as error:
            raise GitlabApiError(str(error)) from error
        raise GitlabApiError(f"{method} {path}", status)

    def pages(self, path: str, kind: type[Answer], most: int) -> Iterator[list[Answer]]:
        """The pages of a list, at most `most`: if all are full, there may be more. Raises `GitlabApiError`."""
        for number in range(1, most + 1):
            mark = "&" if "?" in path else "?"
            page = self.ask(f"{path}{mark}per_page={PER_PAGE}&page={number}", list[kind])  # type: ignore[valid-type]
            yield page
            if len(page) < PER_PAGE:
                return


@contextmanager
def open_gitlab_api(environ: Mapping[str, str], token: str, within_s: float) -> Iterator[GitlabApi]:
    """The API of `CI_API_V4_URL`, for `within_s` seconds.

    If `CI_SERVER_TLS_CA_FILE` is set, as in a job of GitLab, its certificates are trusted instead of the usual ones.
    """
    with requests.Session() as session:
        session.trust_env = False  # no proxy, and no password of a .netrc in place of the token
        ignore_redirects(session)
        session.headers.update({"PRIVATE-TOKEN": token, "User-Agent": "grader"})
        session.verify = environ.get("CI_SERVER_TLS_CA_FILE") or True
        yield GitlabApi(session, environ["CI_API_V4_URL"].rstrip("/"), within_s)
