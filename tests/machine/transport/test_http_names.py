"""A site of this machine is called `localhost`, as in the handouts, and redirects to any of its names stay on it."""

from __future__ import annotations

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from grader.machine.question import Answer, HttpQuestion
from grader.machine.transport.http import SiteClient

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def site(location: str = "") -> Iterator[int]:
    """A site that returns the name it was called by; its page `/` redirects to `location`, with its port for `PORT`."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            leads_on = location and self.path == "/"
            self.send_response(302 if leads_on else 200)
            if leads_on:
                self.send_header("Location", location.replace("PORT", str(server.server_port)))
            self.end_headers()
            self.wfile.write(f"{self.headers['Host']} {self.path}".encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def asked(port: int) -> Answer:
    answer = SiteClient().ask(HttpQuestion(port))
    assert isinstance(answer, Answer)
    return answer


def test_it_is_called_by_the_name_that_the_sheets_write() -> None:
    with site() as port:
        assert asked(port).body == f"localhost:{port} /".encode()


@pytest.mark.parametrize(
    "location",
    ["/there", "there", "http://localhost:PORT/there", "http://127.0.0.1:PORT/there", "http://[::1]:PORT/there"],
)
def test_a_redirect_to_the_site_by_any_of_its_names_is_followed(location: str) -> None:
    with site(location) as port:
        assert asked(port).body == f"localhost:{port} /there".encode()


@pytest.mark.parametrize(
    "location",
    [
        "http://localhost/there",
        "http://localhost:1/there",
        "https://localhost:PORT/there",
        "http://192.0.2.1:PORT/there",
        "http://localhost.example:PORT/there",
        "http://localhost:PORT@192.0.2.1/there",
    ],
)
def test_any_other_is_told_and_not_followed(location: str) -> None:
    with site(location) as port:
        assert asked(port).status == 302
