"""A fake engine with chosen answers, on its own socket, for faults that no lab can produce."""

from __future__ import annotations

import json
import socketserver
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

HEALTHY_ANSWERS: dict[str, object] = {
    "/version": {"ApiVersion": "1.41", "MinAPIVersion": "1.12", "Version": "20.10"},
    "/info": {"Driver": "overlay2", "OperatingSystem": "Debian", "DockerRootDir": "/"},
    "/containers/json": [],
}


@contextmanager
def doctor_engine(path: Path, answers: Mapping[str, object], date: str | None = None) -> Iterator[str]:
    """The URL of an engine that gives these answers, 404 for any other, and `date` for the time."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.path.partition("?")[0]
            asked = asked[asked.index("/", 1) :] if asked.startswith("/v1.") else asked
            body = json.dumps(answers.get(asked, {"message": "not here"})).encode()
            self.send_response_only(200 if asked in answers else 404)
            self.send_header("Date", date or self.date_time_string())
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silence."""

    class Server(socketserver.ThreadingUnixStreamServer):
        daemon_threads = True

        def get_request(self) -> tuple[object, tuple[str, int]]:  # type: ignore[override]
            return super().get_request()[0], ("engine", 0)

    with Server(str(path), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"unix://{path}"
        finally:
            server.shutdown()
