"""One replica of a web site: its page names it, and shows the visits that redis has counted for all replicas."""

import socket
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REDIS = ("redis", 6379)
NAME = socket.gethostname()  # in a container, the first 12 characters of its id


def count_visit() -> int:
    """Redis answers `INCR visits` by `:42`; OSError where it does not answer."""
    with socket.create_connection(REDIS, timeout=2) as redis, redis.makefile("rb") as answers:
        redis.sendall(b"INCR visits\r\n")
        return int(answers.readline().removeprefix(b":"))


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path != "/":
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        try:
            status, text = HTTPStatus.OK, f"Réplique {NAME}, visite n° {count_visit()}\n"
        except (OSError, ValueError) as error:
            status, text = HTTPStatus.SERVICE_UNAVAILABLE, f"Réplique {NAME} : redis ne répond pas ({error})\n"
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())


ThreadingHTTPServer(("", 8000), Page).serve_forever()
