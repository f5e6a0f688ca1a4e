"""The engine proxy: a socket in the sandbox that leads to the engine.

The sandbox gets no TLS key and no group that may open the engine's own socket. When the proxy closes,
all its connections are cut.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import ssl
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.engine_state.client import connect_to_engine
from grader.errors import GraderError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.machine.transport.engine_address import EngineAddress

_MAX_CONNECTIONS: Final = 64
_MAX_SOCKET_PATH: Final = 107
_BUFFER_BYTES: Final = 256 * 1024
"""Bytes that may wait for a slow reader, each way."""
_CHUNK_BYTES: Final = 64 * 1024


class EngineProxy:
    """Listens at `path` and carries bytes to the engine and back."""

    def __init__(self, path: Path, engine: EngineAddress) -> None:
        self.path = path
        self.connections_served = 0
        """Connections so far."""
        self._engine = engine
        self._free_slots = threading.BoundedSemaphore(_MAX_CONNECTIONS)
        self._open_sockets: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        path.chmod(0o666)  # the folder around it is closed to everyone else
        self._listener.listen(_MAX_CONNECTIONS)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for end in self._open_sockets:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                inside, _ = self._listener.accept()
            except OSError:
                return
            self._free_slots.acquire()
            self.connections_served += 1
            threading.Thread(target=self._serve, args=(inside,), daemon=True).start()

    def _serve(self, inside: socket.socket) -> None:
        try:
            with inside, connect_to_engine(self._engine) as outside:
                with self._lock:
                    self._open_sockets |= {inside, outside}
                try:
                    relay(inside, outside)
                finally:
                    with self._lock:
                        self._open_sockets -= {inside, outside}
        except OSError:
            return  # the client sees a closed connection, and reports it
        finally:
            self._free_slots.release()


@contextlib.contextmanager
def open_engine_proxy(engine: EngineAddress) -> Iterator[EngineProxy]:
    """A proxy for the length of the block. Raises `GraderError` if the temporary folder's path is too long."""
    # Not in the workspace: its path may be too long for a socket (GitLab's /builds/group/subgroup/project/).
    with tempfile.TemporaryDirectory(prefix="grader-proxy-") as folder:
        path = Path(folder, "s")
        if len(os.fsencode(path)) > _MAX_SOCKET_PATH:
            raise GraderError("engine.proxy-path", path=path)
        with contextlib.closing(EngineProxy(path, engine)) as proxy:
            yield proxy


@dataclass(slots=True)
class _Direction:
    source: socket.socket
    target: socket.socket
    buffer: bytearray = field(default_factory=bytearray)
    has_ended: bool = False
    """No more will come from the source."""
    has_shut_down: bool = False
    """The target knows that."""

    def read(self) -> None:
        # A TLS socket may hold more than the system shows as readable, so it is read until it says that it waits.
        while not self.has_ended and len(self.buffer) < _BUFFER_BYTES:
            try:
                data = self.source.recv(_CHUNK_BYTES)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            self.buffer += data
            self.has_ended = not data

    def write(self) -> None:
        while self.buffer:
            try:
                sent = self.target.send(self.buffer[:_CHUNK_BYTES])
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            del self.buffer[:sent]
        if self.has_ended and not self.has_shut_down:
            self.has_shut_down = True
            # Of the connection below TLS: SSLSocket's own would make it forget its keys for the other way.
            socket.socket.shutdown(self.target, socket.SHUT_WR)


def relay(one: socket.socket, other: socket.socket) -> None:
    """One thread for both directions: two threads must not use one of Python's TLS sockets at once.

    Raises `OSError` if a connection breaks off.
    """
    directions = (_Direction(one, other), _Direction(other, one))
    for end in (one, other):
        end.settimeout(0)
    while not all(way.has_shut_down for way in directions):
        for way in directions:
            way.read()
            way.write()
        with selectors.DefaultSelector() as selector:
            for end in (one, other):
                reads = any(
                    way.source is end and not way.has_ended and len(way.buffer) < _BUFFER_BYTES for way in directions
                )
                writes = any(way.target is end and way.buffer for way in directions)
                if events := reads * selectors.EVENT_READ | writes * selectors.EVENT_WRITE:
                    selector.register(end, events)
            if selector.get_map():
                selector.select()
