"""The Engine API of one machine, over one connection of the `docker` package, capped and timed."""

from __future__ import annotations

import calendar
import email.utils
import warnings
from typing import TYPE_CHECKING, Any, Final

import docker
import urllib3
from docker.tls import TLSConfig
from docker.utils import version_lt
from requests.adapters import HTTPAdapter

from grader.errors import MachineUnreachable
from grader.machine.json_decoding import MalformedJsonError, decode_json
from grader.machine.question import Answer, EngineQuestion
from grader.machine.transport.bounded_http import bounded_request, ignore_redirects
from grader.machine.transport.connection_errors import (
    EXCHANGE_ERRORS,
    ExchangeFailure,
    classify_exchange_error,
    system_message,
)
from grader.machine.transport.engine_version import EngineVersion
from grader.machine.transport.unix_socket_adapter import UnixSocketAdapter
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests

    from grader.machine.transport.engine_address import EngineAddress

CALL_S: Final = 20.0
"""Seconds that any one call may take."""
TLS_REQUIRED: Final = b"HTTP request to an HTTPS server"
"""The answer of Go's server to a request without TLS."""
_MAX_VERSION_BYTES: Final = 256 * 1024
_MAX_LINE_BYTES: Final = 256 * 1024
MAX_BYTES: Final = 16 * 1024 * 1024
"""Bytes of any one answer; enough for the inspect data of hundreds of containers."""
OLDEST_API: Final = "1.40"
"""Docker 19.03; every supported release of Debian and Ubuntu has a newer one."""
NEWEST_API: Final = "1.51"
"""Docker 28.5. A newer engine is asked with this version.

Not the default of the `docker` package (1.45), since containers tell their image's manifest only since 1.48.
"""

_CODE_BY_FAILURE: Final[dict[ExchangeFailure, str]] = {
    "timeout": "engine-silent",
    "absent": "engine-absent",
    "permission": "engine-permission",
    "refused": "engine-stopped",
    "unreachable": "engine-unreachable",
    "tls": "engine-tls",
    "not-http": "engine-garbled",
    "cut-off": "engine-lost",
}


class EngineClient:
    """Asks one engine. Each reason for a failure has a code.

    Every failure to ask raises `MachineUnreachable`, and the engine is not asked again: one hang, not one per check.
    """

    def __init__(self, address: EngineAddress) -> None:
        self._address = address
        self._session: docker.APIClient | None = None
        self._lost: MachineUnreachable | None = None
        self._version: EngineVersion | None = None

    @property
    def version(self) -> EngineVersion:
        if self._version is None:
            answer = self.ask(EngineQuestion("/version"))
            try:
                raw = decode_json(answer.body[:_MAX_VERSION_BYTES], dict[str, Any])
            except MalformedJsonError:
                raw = {}
            if answer.status == 400 and TLS_REQUIRED in answer.body:
                raise self._mark_unreachable("engine-wants-tls")
            if not isinstance(raw.get("ApiVersion"), str):
                raise self._mark_unreachable("engine-garbled", detail=escape_control_characters(answer.body, 60))
            self._version = self._require_supported(EngineVersion(raw))
        return self._version

    def ask(self, question: EngineQuestion) -> Answer:
        if self._lost:
            raise self._lost
        prefix = "" if question.path == "/version" else f"/v{self._api()}"
        try:
            session = self._open()
            exchanged = bounded_request(
                lambda: session.request(
                    question.method,
                    f"{session.base_url}{prefix}{question.path}",
                    params=list(question.query),
                    data=question.body or None,
                    headers={"Content-Type": question.content_type} if question.body else {},
                    stream=True,
                    timeout=CALL_S,
                    allow_redirects=False,
                ),
                within_s=CALL_S,
                max_bytes=MAX_BYTES,
            )
        except (*EXCHANGE_ERRORS, docker.errors.DockerException) as error:
            raise self._mark_unreachable(*_code_and_detail(error)) from error
        response, body, truncated = exchanged
        headers = {
            name.lower(): escape_control_characters(value) for name, value in list(response.headers.items())[:50]
        }
        return Answer(response.status_code, body, headers, truncated, _unix_time(headers.get("date")))

    def stream_lines(self, question: EngineQuestion) -> Iterator[bytes]:
        """The lines of an endless answer. Raises `MachineUnreachable` if it breaks off."""
        prefix = f"/v{self._api()}"
        try:
            # A session of its own: it is read in another thread than the one that asks questions.
            session = new_session(self._address)
            response = session.get(
                f"{session.base_url}{prefix}{question.path}",
                params=list(question.query),
                stream=True,
                timeout=(CALL_S, None),
                allow_redirects=False,
            )
            with response:
                held = b""
                while chunk := response.raw.read1(_MAX_LINE_BYTES, decode_content=True):
                    *whole, held = (held + chunk)[-_MAX_LINE_BYTES:].split(b"\n")
                    yield from whole
        except (*EXCHANGE_ERRORS, docker.errors.DockerException) as error:
            raise self._mark_unreachable(*_code_and_detail(error)) from error
        raise self._mark_unreachable("engine-lost")

    def close(self) -> None:
        if self._session is not None:
            self._session.close()

    def _open(self) -> docker.APIClient:
        if self._session is None:
            self._session = new_session(self._address)
        return self._session

    def _api(self) -> str:
        api = self.version.api
        return NEWEST_API if version_lt(NEWEST_API, api) else api

    def _require_supported(self, version: EngineVersion) -> EngineVersion:
        try:
            if version_lt(version.api, OLDEST_API):
                raise self._mark_unreachable("engine-too-old", api=version.api, wanted=OLDEST_API)
            if version_lt(NEWEST_API, version.oldest_api):
                raise self._mark_unreachable("engine-too-new", api=version.oldest_api, wanted=NEWEST_API)
        except (ValueError, TypeError) as error:
            raise self._mark_unreachable("engine-garbled", detail=version.api) from error
        return version

    def _mark_unreachable(self, code: str, detail: str = "", **values: str) -> MachineUnreachable:
        self._lost = MachineUnreachable(code, where=self._address.display_name, detail=detail, **values)
        return self._lost


def new_session(address: EngineAddress, version: str = OLDEST_API, timeout_s: float = CALL_S) -> docker.APIClient:
    """A client of the `docker` package for the engine at `address`; it has not asked anything yet."""
    tls: TLSConfig | bool = False
    if address.tls:
        tls = TLSConfig(
            ca_cert=address.tls.ca, client_cert=(address.tls.cert, address.tls.key), verify=address.tls.verify
        )
    # A given version keeps the package from asking for it by itself: that question is ours, and recorded.
    session = docker.APIClient(address.url, version=version, timeout=int(timeout_s), tls=tls)
    if address.tls and not address.tls.verify:
        session.mount("https://", _Unverified())
    path = address.socket
    if path:
        session.mount("http+docker://", UnixSocketAdapter(lambda *_: path))
    session.trust_env = False  # else `REQUESTS_CA_BUNDLE` would win over the engine's own authority
    ignore_redirects(session)
    session.headers["Accept-Encoding"] = "identity"
    return session


class _Unverified(HTTPAdapter):
    """For users who switched verification off, as `docker` allows: do not warn the student."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        warnings.filterwarnings("ignore", category=urllib3.exceptions.InsecureRequestWarning)
        return super().send(request, *args, **kwargs)


def _code_and_detail(error: BaseException) -> tuple[str, str]:
    """The code for a failed call, and the system's message."""
    detail = escape_control_characters(system_message(error), 120)
    kind = classify_exchange_error(error)
    return _CODE_BY_FAILURE[kind], f"{CALL_S:.0f}" if kind == "timeout" else detail


def _unix_time(date: str | None) -> float | None:
    parsed = email.utils.parsedate(date) if date else None
    return float(calendar.timegm(parsed)) if parsed else None
