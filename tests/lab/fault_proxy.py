"""A proxy in front of an engine: counts requests, and injects faults into answers.

    with EngineProxy(engine.url, folder / "p.sock") as proxy:
        proxy.on("/containers/json", status(500))
        ...                                      # grade with --machine proxy.url
    assert len(proxy.requests) <= 15

One connection carries one request: the proxy adds `Connection: close`, then forwards bytes untouched. So whatever
a client does (streams, `docker exec`, builds) works, and the proxy only has to understand the HTTP head.
"""

from __future__ import annotations

import re
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

_CHUNK = 64 * 1024
_LONGEST_HEAD = 256 * 1024


@dataclass(frozen=True)
class Request:
    """The request as in the Engine API reference: without the prefix `/v1.41`."""

    method: str
    path: str
    query: str
    at: float
    """When it arrived, on the monotonic clock."""


@dataclass
class Exchange:
    """One request, with the client's and the engine's connection for a fault to use."""

    request: Request
    head: bytes
    """The request's head as forwarded, and the bytes received with it."""
    client: socket.socket
    proxy: FaultProxy

    def pass_on(self) -> None:
        """Forwards the request and its answer."""
        with self.proxy.dial() as engine:
            engine.sendall(self.head)
            threading.Thread(target=_pump, args=(self.client, engine), daemon=True).start()
            _pump(engine, self.client)

    def answer(self) -> tuple[bytes, bytes]:
        """Head and body of the engine's own answer."""
        with self.proxy.dial() as engine:
            engine.sendall(self.head)
            threading.Thread(target=_pump, args=(self.client, engine), daemon=True).start()
            parts = []
            while chunk := engine.recv(_CHUNK):
                parts.append(chunk)
        head, _, body = b"".join(parts).partition(b"\r\n\r\n")
        return head, _joined_chunks(body) if b"chunked" in head.lower() else body

    def send(self, data: bytes) -> None:
        self.client.sendall(data)

    def hang(self) -> None:
        """Keeps the connection open and silent until the client or the proxy closes it."""
        while not self.proxy.is_closed:
            if _has_closed(self.client):
                return
            time.sleep(0.02)


Fault: TypeAlias = "Callable[[Exchange], None]"
"""Answers a request instead of the engine, or corrupts the engine's answer."""


@dataclass
class _InjectedFault:
    path: str
    fault: Fault
    after: int
    """How many such requests still pass before the fault starts."""


@dataclass
class FaultProxy:
    """A socket in front of the engine at `url` (`unix:///…`)."""

    target: str
    socket_path: Path
    requests: list[Request] = field(default_factory=list)
    is_closed: bool = False

    def __post_init__(self) -> None:
        self._orders: list[_InjectedFault] = []
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"unix://{self.socket_path}"

    def inject(self, path: str, fault: Fault, *, after: int = 0) -> None:
        """From now on `fault` answers requests whose full path matches the regular expression `path`.

        The first `after` of them still pass. The fault added last takes precedence.
        """
        self._orders.insert(0, _InjectedFault(path, fault, after))

    def clear_requests(self) -> None:
        """Resets the count and removes all faults."""
        with self._lock:
            self.requests.clear()
            self._orders.clear()

    def __enter__(self) -> Self:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.socket_path))
        self._listener.listen(64)
        threading.Thread(target=self._serve, daemon=True, name="engine-proxy").start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.is_closed = True
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`; closing alone does not
        self._listener.close()
        self.socket_path.unlink(missing_ok=True)

    def dial(self) -> socket.socket:
        engine = socket.socket(socket.AF_UNIX)
        try:
            engine.connect(self.target.removeprefix("unix://"))
        except OSError:
            engine.close()
            raise
        return engine

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._handle, args=(client,), daemon=True).start()

    def _handle(self, client: socket.socket) -> None:
        with client:
            try:
                head = _read_head(client)
                if head:
                    self._answer(client, head)
            except OSError:
                pass  # one side closed the connection: many tests are about that
            finally:
                _close(client)

    def _answer(self, client: socket.socket, head: bytes) -> None:
        method, target = head.split(b" ", 2)[:2]
        path, _, query = target.decode("ascii", "replace").partition("?")
        request = Request(method.decode("ascii", "replace"), re.sub(r"^/v[0-9.]+/", "/", path), query, time.monotonic())
        with self._lock:
            self.requests.append(request)
            fault = self._fault_for(request)
        exchange = Exchange(request, _one_request_only(head), client, self)
        if fault:
            fault(exchange)
        else:
            exchange.pass_on()

    def _fault_for(self, request: Request) -> Fault | None:
        for order in self._orders:
            if re.fullmatch(order.path, request.path):
                if order.after:
                    order.after -= 1
                    continue
                return order.fault
        return None


def _read_head(client: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and len(head) < _LONGEST_HEAD:
        chunk = client.recv(_CHUNK)
        if not chunk:
            return b""
        head += chunk
    return head


def _one_request_only(head: bytes) -> bytes:
    """The request with `Connection: close`, unless it upgrades from HTTP."""
    lines, blank, rest = head.partition(b"\r\n\r\n")
    if re.search(rb"(?im)^upgrade:", lines):
        return head
    kept = [line for line in lines.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*kept, b"Connection: close"]) + blank + rest


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):  # the other direction ended first
        while chunk := source.recv(_CHUNK):
            sink.sendall(chunk)
        sink.shutdown(socket.SHUT_WR)


def _close(client: socket.socket) -> None:
    """Shuts the connection down first: closing alone would leave it open for the thread that still reads."""
    with suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)


def _has_closed(client: socket.socket) -> bool:
    try:
        return client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _joined_chunks(body: bytes) -> bytes:
    parts = []
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        if not length:
            break
        parts.append(rest[:length])
        body = rest[length + 2 :]
    return b"".join(parts)
