"""`requests` through a Unix socket that leads to a web server, which is spoken to under its real address."""

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

__all__ = ["SocketAdapter"]


class _Connection(HTTPConnection):
    def __init__(self, *args: Any, path: Path, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class SocketAdapter(HTTPAdapter):
    def __init__(self, through: Callable[[str, int], Path]) -> None:
        """`through`: the socket for a host and a port."""
        super().__init__()
        self._through = through

    def get_connection_with_tls_context(self, request: PreparedRequest, *_: Any, **__: Any) -> HTTPConnectionPool:
        parts = urlsplit(request.url or "")
        host, port = parts.hostname or "", parts.port or 80
        return _Pool(host, port, maxsize=1, path=self._through(host, port))
