"""Stands before an engine's socket: counts what is asked, and strikes at a given request."""

from __future__ import annotations

import re
import socket
import socketserver
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

REQUEST = re.compile(rb"(GET|HEAD|POST|PUT|DELETE) (\S+) HTTP/1\.[01]\r\n")
CHUNK = 65536


@dataclass
class Seen:
    """What went through so far."""

    requests: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of each, in order. Assumes that no client sends two requests in one packet; none is known to."""


@contextmanager
def watched(
    front: Path, engine: Path, *, at_request: int | None = None, strike: Callable[[], None] | None = None
) -> Iterator[Seen]:
    """Serve at `front` the engine whose socket is `engine`; `strike` before request `at_request` (the first is 1)."""
    seen = Seen()
    lock = threading.Lock()

    def note(chunk: bytes) -> None:
        found = REQUEST.match(chunk)
        if not found:
            return
        with lock:
            seen.requests.append((found[1].decode(), found[2].decode(errors="replace")))
            number = len(seen.requests)
        if strike and number == at_request:
            strike()

    with _Server(front, engine, note) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield seen
        finally:
            server.shutdown()
            thread.join()
            server.cut()
    front.unlink()


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    def __init__(self, front: Path, engine: Path, note: Callable[[bytes], None]) -> None:
        super().__init__(str(front), _Connection)
        self.engine = engine
        self.note = note
        self.open: set[socket.socket] = set()

    def cut(self) -> None:
        """End every connection, so that its threads end."""
        for side in list(self.open):
            with suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)


class _Connection(socketserver.BaseRequestHandler):
    request: socket.socket
    server: _Server

    def handle(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as engine, suppress(OSError):
            engine.connect(str(self.server.engine))
            self.server.open |= {self.request, engine}
            back = threading.Thread(target=_pass_on, args=(engine, self.request, lambda _chunk: None))
            back.start()
            _pass_on(self.request, engine, self.server.note)
            back.join()
            self.server.open -= {self.request, engine}


def _pass_on(source: socket.socket, target: socket.socket, note: Callable[[bytes], None]) -> None:
    with suppress(OSError):
        while chunk := source.recv(CHUNK):
            note(chunk)
            target.sendall(chunk)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
