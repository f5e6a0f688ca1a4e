"""HTTP to the published ports of a machine, as a browser on that machine would see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit, urlunsplit

import requests

from grader.machine.local_addresses import is_local_address, literal_address
from grader.machine.question import REDIRECTS, Answer, HttpQuestion, NoAnswer
from grader.machine.transport.bounded_http import bounded_request, ignore_redirects
from grader.machine.transport.connection_errors import EXCHANGE_ERRORS, classify_exchange_error, system_message
from grader.machine.transport.unix_socket_adapter import UnixSocketAdapter
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grader.machine.local_addresses import Address

MAX_BYTES: Final = 1024 * 1024
_MAX_REDIRECTS: Final = 3
_LOOPBACK: Final = {"localhost", "127.0.0.1", "::1"}
"""Names that a browser on the machine may have used."""


class SiteClient:
    """Asks sites with `requests`: no proxy, no redirect to another machine, limits of time and size."""

    def __init__(
        self,
        host: str = "",
        socket_for: Callable[[str, int], Path] | None = None,
        is_own: Callable[[Address], bool] = is_local_address,
    ) -> None:
        """`host`: the host of published ports, empty for this computer. If given, nothing else is ever asked.

        `socket_for`: the socket that leads to a host and a port, if this machine has no other way there.
        `is_own`: whether an address is the machine's: no other is asked.
        """
        self._host = host
        self._socket_for = socket_for
        self._is_own = is_own

    def ask(self, question: HttpQuestion) -> Answer | NoAnswer:
        """`NoAnswer` with `no-access` if the address is not the machine's."""
        host = self._host or self._allowed_host(question.host)
        if not host:
            return NoAnswer(
                "no-access", f"{escape_control_characters(question.host, 60)}: none of the machine's addresses"
            )
        host = f"[{host}]" if ":" in host else host
        home = f"http://{host}:{question.port}"
        url = home + question.path
        for _ in range(_MAX_REDIRECTS):
            got = self._request_once(question, url)
            if isinstance(got, NoAnswer) or got.status not in REDIRECTS:
                return got
            url = _same_site_url(home, url, got.headers.get("location", ""))
            if not url:
                return got
            if got.status in {301, 302, 303}:  # as browsers do: a form's answer is fetched, not sent again
                question = HttpQuestion(question.port, host=question.host, within_s=question.within_s)
        return NoAnswer("redirect", "redirects without end")

    def _allowed_host(self, written: str) -> str:
        """The address to connect to; empty if it is not the machine's."""
        address = literal_address(written or "127.0.0.1")
        if address is None or address.is_unspecified:
            return "127.0.0.1" if address else ""
        return str(address) if address.is_loopback or self._is_own(address) else ""

    def _request_once(self, question: HttpQuestion, url: str) -> Answer | NoAnswer:
        # A session of its own each time: no cookie and no kept connection carries over between two questions.
        with requests.Session() as session:
            session.trust_env = False
            ignore_redirects(session)
            if self._socket_for:
                session.mount("http://", UnixSocketAdapter(self._socket_for))
            session.headers.update({"Accept-Encoding": "identity", "User-Agent": "grader", "Connection": "close"})
            if url.startswith("http://127.0.0.1:"):
                # The name that the handouts use: a server may answer to no other.
                session.headers["Host"] = f"localhost:{question.port}"
            try:
                exchanged = bounded_request(
                    lambda: session.request(
                        question.method,
                        url,
                        data=question.body or None,
                        headers={"Content-Type": question.content_type} if question.content_type else {},
                        stream=True,
                        timeout=question.within_s,
                        allow_redirects=False,
                    ),
                    within_s=question.within_s,
                    max_bytes=MAX_BYTES,
                )
            except EXCHANGE_ERRORS as error:
                return _no_answer(error)
        response, body, truncated = exchanged
        headers = {
            name.lower(): escape_control_characters(value) for name, value in list(response.headers.items())[:50]
        }
        return Answer(response.status_code, body, headers, truncated)


def _same_site_url(home: str, url: str, location: str) -> str:
    """The absolute URL of a redirect that stays on this site, else an empty string.

    One to `localhost` on the same port is the site as whoever sits at the machine sees it: it is asked for at `home`.
    """
    try:
        target, here = urlsplit(requests.compat.urljoin(url, location)), urlsplit(home)
        is_here = target.netloc == here.netloc or (target.hostname in _LOOPBACK and (target.port or 80) == here.port)
        if location and target.scheme == "http" and is_here:
            return urlunsplit((here.scheme, here.netloc, target.path or "/", target.query, ""))
    except ValueError:
        pass
    return ""


def _no_answer(error: BaseException) -> NoAnswer:
    detail = escape_control_characters(system_message(error), 160)
    match classify_exchange_error(error):
        case "timeout" | "unreachable":
            return NoAnswer("timeout", detail)
        case "refused" | "absent" | "permission":
            return NoAnswer("refused", detail)
        case "not-http" | "tls":
            return NoAnswer("not-http", detail)
        case "cut-off":
            return NoAnswer("cut-off", detail)
