"""One HTTP exchange that always ends: capped in size and in time, whoever is at the other end."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from grader.machine.unpacking import Unpacker

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

__all__ = ["Exchanged", "exchange", "ignore_redirects", "within"]

Result = TypeVar("Result")

_CHUNK = 64 * 1024
_GRACE_S = 0.5
"""How much longer than its own deadline a call may take before it is left to itself."""


class Exchanged(NamedTuple):
    response: requests.Response
    body: bytes
    truncated: bool


def exchange(send: Callable[[], requests.Response], *, within_s: float, cap: int) -> Exchanged:
    """Sends and reads at most `cap` bytes in at most `within_s` seconds.

    `send` must ask for a stream. Raises `TimeoutError` past the deadline, else one of `BREAKING`.
    """
    deadline = time.monotonic() + within_s

    def run() -> Exchanged:
        response = send()
        try:
            body, truncated = _read(response, cap, deadline)
        finally:
            response.close()
        return Exchanged(response, body, truncated)

    return within(within_s + _GRACE_S, run)


def ignore_redirects(session: requests.Session) -> None:
    """`requests` reads a broken `Location`, and fails on it, even where it is told not to follow any."""
    session.get_redirect_target = lambda _: None  # type: ignore[method-assign,assignment]


def within(seconds: float, call: Callable[[], Result]) -> Result:
    """The result of `call`, or `TimeoutError` after `seconds`.

    Socket time-outs start again at every byte received, so that a server sending one byte a second, a name service
    that never answers or a stalled handshake would hold us for ever. A call that does not end is left in its thread,
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


def _read(response: requests.Response, cap: int, deadline: float) -> tuple[bytes, bool]:
    parts: list[bytes] = []
    size = 0
    # Not by `requests` itself: some versions of what it builds on unpack a chunk whole, whatever it comes to.
    unpacker = Unpacker(response.headers.get("Content-Encoding", ""))
    while raw := response.raw.read1(_CHUNK, decode_content=False):
        chunk = unpacker.unpacked(raw, cap + 1 - size)
        parts.append(chunk)
        size += len(chunk)
        if size > cap:
            return b"".join(parts)[:cap], True
        if time.monotonic() > deadline:
            raise TimeoutError("the body did not end in time")
    return b"".join(parts), False
