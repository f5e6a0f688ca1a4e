"""`requests` over Unix sockets, each of which leads to a server that keeps its real address."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from requests import PreparedRequest


class _Connection(HTTPConnection):
    def __init__(self, *args: Any, path: Path, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self.sock.settimeout(self.timeout)
            self.sock.connect(str(self._path))
        except OSError:
            self.close()
            raise


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class UnixSocketAdapter(HTTPAdapter):
    """Unlike that of the `docker` package, it closes failed connections and serves several servers."""

    def __init__(self, socket_for: Callable[[str, int], Path]) -> None:
        """`socket_for`: the socket for a host and a port."""
        super().__init__()
        self._socket_for = socket_for
        self._pools: dict[tuple[str, int], HTTPConnectionPool] = {}

    def get_connection_with_tls_context(self, request: PreparedRequest, *_: Any, **__: Any) -> HTTPConnectionPool:
        parts = urlsplit(request.url or "")
        place = (parts.hostname or "", parts.port or 80)
        if place not in self._pools:
            self._pools[place] = _Pool(*place, maxsize=1, path=self._socket_for(*place))
        return self._pools[place]

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()
        super().close()
