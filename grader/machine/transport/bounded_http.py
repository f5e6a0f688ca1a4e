"""One HTTP exchange with limits of size and time, whoever is at the other end."""

from __future__ import annotations

import threading
import time
import zlib
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

Result = TypeVar("Result")

_CHUNK = 64 * 1024
_GRACE_S = 0.5
"""Seconds beyond its deadline after which a call is abandoned."""


class BoundedResponse(NamedTuple):
    response: requests.Response
    body: bytes
    truncated: bool


def bounded_request(send: Callable[[], requests.Response], *, within_s: float, max_bytes: int) -> BoundedResponse:
    """Sends and reads at most `max_bytes` bytes in at most `within_s` seconds.

    `send` must ask for a stream. Raises `TimeoutError` past the deadline, else one of `EXCHANGE_ERRORS`.
    """
    deadline = time.monotonic() + within_s

    def run() -> BoundedResponse:
        response = send()
        try:
            body, truncated = _read_body(response, max_bytes, deadline)
        finally:
            response.close()
        return BoundedResponse(response, body, truncated)

    return call_with_timeout(within_s + _GRACE_S, run)


def ignore_redirects(session: requests.Session) -> None:
    """`requests` reads a broken `Location`, and fails on it, even if it must not follow any."""
    session.get_redirect_target = lambda _: None  # type: ignore[method-assign,assignment]


def call_with_timeout(seconds: float, call: Callable[[], Result]) -> Result:
    """The result of `call`, or `TimeoutError` after `seconds`.

    Socket time-outs start again at every byte received, so that a server sending one byte a second, a name service
    that never answers or a stalled handshake would hold us forever. A call that does not end is left in its thread,
    which dies with the process; nothing is shared with it afterwards.
    """
    outcome: list[Result] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(call())
        except BaseException as error:  # noqa: BLE001 - carried over to the caller's thread
            failure.append(error)

    thread = threading.Thread(target=run, daemon=True, name="grader-exchange")
    thread.start()
    thread.join(seconds)
    if failure:
        raise failure[0]
    if not outcome:
        raise TimeoutError(f"no end after {seconds:.1f} s")
    return outcome[0]


def _read_body(response: requests.Response, max_bytes: int, deadline: float) -> tuple[bytes, bool]:
    parts: list[bytes] = []
    size = 0
    # Not by `requests` itself: some versions of urllib3 unpack an entire chunk, whatever its size.
    unpacker = Decompressor(response.headers.get("Content-Encoding", ""))
    while raw := response.raw.read1(_CHUNK, decode_content=False):
        chunk = unpacker.decompress(raw, max_bytes + 1 - size)
        parts.append(chunk)
        size += len(chunk)
        if size > max_bytes:
            return b"".join(parts)[:max_bytes], True
        if time.monotonic() > deadline:
            raise TimeoutError("the body did not end in time")
    return b"".join(parts), False


_GZIP_OR_ZLIB = 47


class Decompressor:
    """Raises `ValueError` for several encodings, or one other than gzip and deflate."""

    def __init__(self, encoding: str) -> None:
        """`encoding`: the header `Content-Encoding`."""
        names = [name.strip().lower() for name in encoding.split(",")]
        names = [name for name in names if name not in {"", "identity"}]
        if names and (len(names) > 1 or names[0] not in {"gzip", "x-gzip", "deflate"}):
            raise ValueError(f"Content-Encoding: {encoding}")
        self._stream = zlib.decompressobj(_GZIP_OR_ZLIB) if names else None

    def decompress(self, chunk: bytes, max_bytes: int) -> bytes:
        """At most `max_bytes` decompressed bytes of `chunk`."""
        if self._stream is None:
            return chunk
        try:
            return self._stream.decompress(chunk, max_bytes)
        except zlib.error as error:
            raise ValueError(str(error)) from error
