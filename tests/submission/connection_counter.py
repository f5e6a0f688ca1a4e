"""A port of the loopback address that counts who connects, and answers nothing useful."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ConnectionCounter(ThreadingHTTPServer):
    """Refuses every request; `connections` has all that came, including TLS handshakes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _RefusingHandler)
        self.connections: list[str] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def __enter__(self) -> ConnectionCounter:  # noqa: PYI034  # the base class gives Self, which mypy takes for another class
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _RefusingHandler(BaseHTTPRequestHandler):
    raw_requestline: bytes

    def parse_request(self) -> bool:
        assert isinstance(self.server, ConnectionCounter)
        self.server.connections.append(self.raw_requestline.decode("latin-1"))
        return super().parse_request()

    def do_GET(self) -> None:
        self.send_error(404)

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Prints nothing."""
