"""Every way an engine can fail while an honest student is graded, injected by the proxy in front of it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.faults.servers import (
    cut_off_body,
    endless_chunks,
    not_http,
    nothing,
    one_byte_a_second,
    thousands_of_headers,
)

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from tests.lab.fault_proxy import Exchange, Fault, FaultProxy

LIST = "/containers/json"
INSPECT = "/containers/[0-9a-f]{64}/json"
LOG = "/containers/[0-9a-f]{64}/logs"
FILES = "/containers/[0-9a-f]{64}/archive"


@dataclass(frozen=True)
class EngineFault:
    name: str
    code: str
    """The code of the first error; empty if the grader recovers and the student keeps every point."""
    path: str
    """The requests that are spoiled, by a regular expression."""
    fault: Fault
    after: int = 0
    """How many of them pass before."""

    def inject(self, proxy: FaultProxy) -> None:
        proxy.inject(self.path, self.fault, after=self.after)


def answered_by(behave: Callable[[socket.socket], None]) -> Fault:
    """As the hostile servers behave."""
    return lambda exchange: behave(exchange.client)


def answering_with(body: bytes, status: bytes = b"200 OK", *headers: bytes) -> Fault:
    head = b"\r\n".join([b"HTTP/1.1 " + status, b"Date: Tue, 24 Nov 2026 03:00:00 GMT", *headers])
    return lambda exchange: exchange.send(head + b"\r\nConnection: close\r\n\r\n" + body)


def rewriting(change: Callable[[Any], Any]) -> Fault:
    """The engine's own answer, changed."""

    def spoil(exchange: Exchange) -> None:
        head, body = exchange.answer()
        date = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"date:"))
        body = json.dumps(change(json.loads(body))).encode()
        exchange.send(head.split(b"\r\n")[0] + b"\r\n" + date + b"\r\nConnection: close\r\n\r\n" + body)

    return spoil


def merged(**values: object) -> Fault:
    return rewriting(lambda told: told | values)


def first_of_list(**values: object) -> Fault:
    return rewriting(lambda told: [told[0] | values, *told[1:]])


def without_date(exchange: Exchange) -> None:
    _, body = exchange.answer()
    exchange.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body)


def flood(exchange: Exchange) -> None:
    """150 MB of what may be JSON."""
    exchange.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[")
    for _ in range(150):
        exchange.send(b'"' + b"x" * 999_997 + b'",')


def slow(exchange: Exchange) -> None:
    time.sleep(1)
    exchange.pass_on()


def hang(exchange: Exchange) -> None:
    exchange.hang()


ENGINE_FAULTS: tuple[EngineFault, ...] = (
    EngineFault("every answer takes a second", "", ".*", slow),
    EngineFault("never answers", "engine-silent", "/version", hang),
    EngineFault("stops answering half-way", "engine-silent", ".*", hang, after=4),
    EngineFault("one byte a second", "engine-silent", INSPECT, answered_by(one_byte_a_second)),
    EngineFault("hangs up at once", "engine-lost", "/version", answered_by(nothing)),
    EngineFault("hangs up half-way", "engine-lost", ".*", answered_by(nothing), after=5),
    EngineFault("cut-off answer", "engine-lost", INSPECT, answered_by(cut_off_body)),
    EngineFault("something else answers there", "engine-garbled", "/version", answered_by(not_http)),
    EngineFault("a web page answers there", "engine-garbled", "/version", answering_with(b"<html>It works!</html>")),
    EngineFault("thousands of headers", "engine-garbled", LIST, answered_by(thousands_of_headers)),
    EngineFault("API 1.24", "engine-too-old", "/version", merged(ApiVersion="1.24", MinAPIVersion="1.12")),
    EngineFault("API 9.99 at least", "engine-too-new", "/version", merged(ApiVersion="9.99", MinAPIVersion="9.98")),
    EngineFault("API of another kind", "engine-garbled", "/version", merged(ApiVersion=145)),
    EngineFault("API that is no number", "engine-garbled", "/version", merged(ApiVersion="new")),
    EngineFault("version of 150 MB", "engine-garbled", "/version", flood),
    EngineFault("list of 150 MB", "answer-too-large", LIST, flood),
    EngineFault("inspect of 150 MB", "answer-too-large", INSPECT, flood),
    EngineFault("endless inspect", "answer-too-large", INSPECT, answered_by(endless_chunks)),
    EngineFault("log of 150 MB", "", LOG, flood),
    EngineFault("file of 150 MB", "answer-garbled", FILES, flood),
    EngineFault("list is an object", "answer-garbled", LIST, answering_with(b'{"message": "hello"}')),
    EngineFault("list is null", "answer-garbled", LIST, answering_with(b"null")),
    EngineFault("names are numbers", "answer-garbled", LIST, first_of_list(Names=[1, 2])),
    EngineFault("state is null", "answer-garbled", INSPECT, merged(State=None)),
    EngineFault("ports are a list", "answer-garbled", INSPECT, merged(NetworkSettings={"Ports": []})),
    EngineFault(
        "a port is no number",
        "answer-garbled",
        INSPECT,
        merged(HostConfig={"PortBindings": {"http": [{"HostPort": "x"}]}}),
    ),
    EngineFault("mounts are text", "answer-garbled", INSPECT, merged(Mounts="none")),
    EngineFault(
        "a moment that is none", "answer-garbled", INSPECT, merged(State={"Status": "running", "StartedAt": 5})
    ),
    EngineFault("not UTF-8", "answer-garbled", INSPECT, answering_with(b'{"Id": "\xff\xfe"}')),
    EngineFault("nested without end", "answer-garbled", INSPECT, answering_with(b'{"Id":' + b"[" * 1_000_000)),
    EngineFault("an empty answer", "answer-garbled", INSPECT, answering_with(b"")),
    EngineFault("no date", "no-clock", INSPECT, without_date),
    EngineFault(
        "error 500 to the list", "answer-unexpected", LIST, answering_with(b'{"message": "boom"}', b"500 Internal")
    ),
    EngineFault(
        "error 500 to an inspect",
        "answer-unexpected",
        INSPECT,
        answering_with(b"\x1b[31m\xe2\x80\xae", b"500 Internal"),
    ),
    EngineFault(
        "not allowed",
        "answer-unexpected",
        LIST,
        answering_with(b'{"message": "authorization denied"}', b"403 Forbidden"),
    ),
    EngineFault(
        "sent elsewhere", "answer-unexpected", LIST, answering_with(b"", b"302 Found", b"Location: http://192.0.2.1/")
    ),
    EngineFault(
        "listed, but gone ever again",
        "answer-unexpected",
        INSPECT,
        answering_with(b'{"message": "gone"}', b"404 Not Found"),
    ),
)
