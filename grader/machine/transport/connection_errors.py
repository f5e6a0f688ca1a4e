"""Classifies the exceptions that `requests`, `urllib3` and the system raise for a failed HTTP exchange."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
from typing import TYPE_CHECKING, Final, Literal

import requests
import urllib3

if TYPE_CHECKING:
    from collections.abc import Iterator

ExchangeFailure = Literal["timeout", "absent", "permission", "refused", "unreachable", "tls", "not-http", "cut-off"]

_LIBRARIES: Final = (requests.RequestException, urllib3.exceptions.HTTPError)
EXCHANGE_ERRORS: Final = (*_LIBRARIES, http.client.HTTPException, OSError, ValueError)
"""Everything that an exchange can raise, whoever is at the other end."""
_FAILURE_BY_ERRNO: Final[dict[int, ExchangeFailure]] = {
    errno.ENOENT: "absent",
    errno.EACCES: "permission",
    errno.EPERM: "permission",
    errno.ECONNREFUSED: "refused",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
    errno.EADDRNOTAVAIL: "unreachable",
}


def classify_exchange_error(error: BaseException) -> ExchangeFailure:
    """The first cause that says more than "the connection broke"."""
    found = [kind for cause in _causes(error) if (kind := _failure_of(cause))]
    return found[0] if found else "cut-off"


def system_message(error: BaseException) -> str:
    """The system's own message: the libraries wrap it in texts that are too long to show."""
    *_, innermost = _causes(error)
    return (innermost.strerror if isinstance(innermost, OSError) else None) or str(innermost)


def _failure_of(error: BaseException) -> ExchangeFailure | None:  # noqa: PLR0911 - one return per kind
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return None  # derived from its timeout, whatever it was: the system's own error is further in
    if isinstance(error, (TimeoutError, requests.Timeout, urllib3.exceptions.TimeoutError)):
        return "timeout"
    if isinstance(error, ssl.SSLError):
        return "tls"
    if isinstance(error, socket.gaierror):
        return "unreachable"
    if isinstance(error, OSError) and error.errno in _FAILURE_BY_ERRNO:
        return _FAILURE_BY_ERRNO[error.errno]
    # These are `HTTPException` or `ValueError` as well, but only mean that the answer was cut short.
    if isinstance(error, (http.client.RemoteDisconnected, http.client.IncompleteRead)):
        return None
    if isinstance(error, (http.client.HTTPException, urllib3.exceptions.DecodeError)):
        return "not-http"
    # The libraries derive what has nothing to do with values from `ValueError` as well.
    if isinstance(error, ValueError) and not isinstance(error, _LIBRARIES):
        return "not-http"
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """`error` and all that it was made from, each once, the innermost last."""
    to_see, seen = [error], set()
    while to_see:
        one = to_see.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        further = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        to_see += [cause for cause in further if isinstance(cause, BaseException)]
