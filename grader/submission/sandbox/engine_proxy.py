"""The engine proxy: a socket in the sandbox that leads to the engine.

The sandbox gets no TLS key and no group that may open the engine's own socket. When the proxy closes,
all its connections are cut.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from grader.errors import GraderError
from grader.submission.sandbox.relay import relay

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.machine.transport.engine_address import EngineAddress

_CONNECT_S: Final = 10.0
_MAX_CONNECTIONS: Final = 64
_MAX_SOCKET_PATH: Final = 107


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
def open_engine_proxy(path: Path, engine: EngineAddress) -> Iterator[EngineProxy]:
    """A proxy at `path` for the length of the block. Raises `GraderError` where the path is too long for a socket."""
    if len(os.fsencode(path)) > _MAX_SOCKET_PATH:
        raise GraderError(f"{path}: too long for a socket; choose a shorter folder with TMPDIR")
    proxy = EngineProxy(path, engine)
    try:
        yield proxy
    finally:
        proxy.close()


def connect_to_engine(engine: EngineAddress) -> socket.socket:
    """Connect to the engine, over TLS if its address says so. Raises `OSError`."""
    url = urlsplit(engine.url)
    if url.scheme == "unix":
        plain = socket.socket(socket.AF_UNIX)
        try:
            plain.connect(url.path)
        except OSError:
            plain.close()
            raise
        return plain
    host, port = url.hostname or "", url.port or 2376
    connected = socket.create_connection((host, port), timeout=_CONNECT_S)
    connected.settimeout(None)
    if engine.tls is None:
        return connected
    context = ssl.create_default_context(cafile=engine.tls.ca)
    context.load_cert_chain(engine.tls.cert, engine.tls.key)
    if not engine.tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    try:
        return context.wrap_socket(connected, server_hostname=host)
    except OSError:
        connected.close()
        raise
