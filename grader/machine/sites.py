"""HTTP to the published ports of a machine, as a browser on that machine would see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit, urlunsplit

import requests

from grader.machine.breaking import BREAKING, breaking_of, words_of
from grader.machine.exchange import exchange, ignore_redirects
from grader.machine.own_addresses import is_of_this_computer, literal_address
from grader.machine.question import Answer, HttpQuestion, NoAnswer
from grader.machine.socket_adapter import SocketAdapter
from grader.machine.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grader.machine.own_addresses import Address

__all__ = ["REDIRECTS", "SiteClient"]

CAP: Final = 1024 * 1024
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_HOPS: Final = 3
_LOOPBACK: Final = {"localhost", "127.0.0.1", "::1"}
"""How a browser on the machine may have called it."""


class SiteClient:
    """Asks sites with `requests`: no proxy of ours, no redirect off the machine, capped in time and size."""

    def __init__(
        self,
        host: str = "",
        through: Callable[[str, int], Path] | None = None,
        is_own: Callable[[Address], bool] = is_of_this_computer,
    ) -> None:
        """`host`: where published ports are, empty for this machine. Where it is given, nothing else is ever asked.

        `through`: the socket that leads to a host and a port, where this machine has no other way there.
        `is_own`: whether an address is the machine's: no other is asked for.
        """
        self._host = host
        self._through = through
        self._is_own = is_own

    def ask(self, question: HttpQuestion) -> Answer | NoAnswer:
        """`NoAnswer` for `no-access` where the address is none of the machine's."""
        host = self._host or self._own_host(question.host)
        if not host:
            return NoAnswer("no-access", f"{visible(question.host, 60)}: none of the machine's addresses")
        host = f"[{host}]" if ":" in host else host
        home = f"http://{host}:{question.port}"
        url = home + question.path
        for _ in range(_HOPS):
            got = self._once(question, url)
            if isinstance(got, NoAnswer) or got.status not in REDIRECTS:
                return got
            url = _same_site(home, url, got.headers.get("location", ""))
            if not url:
                return got
            if got.status in {301, 302, 303}:  # as browsers do: a form's answer is fetched, not sent again
                question = HttpQuestion(question.port, host=question.host, within_s=question.within_s)
        return NoAnswer("redirect", "redirects without end")

    def _own_host(self, written: str) -> str:
        """The address to connect to; empty where it is not the machine's to answer at."""
        address = literal_address(written or "127.0.0.1")
        if address is None or address.is_unspecified:
            return "127.0.0.1" if address else ""
        return str(address) if address.is_loopback or self._is_own(address) else ""

    def _once(self, question: HttpQuestion, url: str) -> Answer | NoAnswer:
        # A session of its own each time: no cookie and no kept connection carries over between two questions.
        with requests.Session() as session:
            session.trust_env = False
            ignore_redirects(session)
            if self._through:
                session.mount("http://", SocketAdapter(self._through))
            session.headers.update({"Accept-Encoding": "identity", "User-Agent": "grader", "Connection": "close"})
            if url.startswith("http://127.0.0.1:"):
                # The name that the sheets write: a server may well know itself by no other.
                session.headers["Host"] = f"localhost:{question.port}"
            try:
                exchanged = exchange(
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
                    cap=CAP,
                )
            except BREAKING as error:
                return _no_answer(error)
        response, body, truncated = exchanged
        headers = {name.lower(): visible(value) for name, value in list(response.headers.items())[:50]}
        return Answer(response.status_code, body, headers, truncated)


def _same_site(home: str, url: str, location: str) -> str:
    """The absolute address of a redirect that stays on this site, else an empty string.

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
    detail = visible(words_of(error), 160)
    match breaking_of(error):
        case "timeout" | "unreachable":
            return NoAnswer("timeout", detail)
        case "refused" | "absent" | "permission":
            return NoAnswer("refused", detail)
        case "not-http" | "tls":
            return NoAnswer("not-http", detail)
        case "cut-off":
            return NoAnswer("cut-off", detail)
