"""The engine proxy forwards a Docker client's bytes both ways, over TLS as well, and is closed at the end."""

from __future__ import annotations

import socket
import tempfile
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.errors import GraderError
from grader.machine.transport.engine_address import EngineAddress
from grader.submission.sandbox.engine_proxy import open_engine_proxy

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = 3_000_000


class Echo:
    """An engine that sends everything back, and ends when its client has."""

    def __init__(self, folder: Path) -> None:
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(folder / "echo.sock"))
        self.listener.listen()
        self.address = EngineAddress(f"unix://{folder}/echo.sock", "echo")
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client: socket.socket) -> None:
        with client:
            while data := client.recv(65536):
                client.sendall(data)


@pytest.fixture
def echo(tmp_path: Path) -> Iterator[Echo]:
    made = Echo(tmp_path)
    yield made
    made.listener.close()


def exchanged(path: Path, data: bytes) -> bytes:
    """What comes back for `data`, all of which is sent before the sending side is closed."""
    with closing(socket.socket(socket.AF_UNIX)) as client:
        client.settimeout(20)
        client.connect(str(path))

        def send() -> None:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)

        sender = threading.Thread(target=send)
        sender.start()
        received = bytearray()
        while chunk := client.recv(65536):
            received += chunk
        sender.join()
        return bytes(received)


def test_megabytes_go_both_ways_at_once_and_the_end_of_sending_is_passed_on(echo: Echo) -> None:
    with open_engine_proxy(echo.address) as proxy:
        data = bytes(range(256)) * (SIZE // 256)
        assert exchanged(proxy.path, data) == data
        assert exchanged(proxy.path, b"again") == b"again"
        assert proxy.connections_served == 2


def test_a_closed_proxy_cuts_its_connections_and_accepts_no_more(echo: Echo) -> None:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(10)
    with open_engine_proxy(echo.address) as proxy:
        client.connect(str(proxy.path))
        client.sendall(b"x")
        assert client.recv(1) == b"x"
    with closing(client):
        assert client.recv(1) == b""
    with closing(socket.socket(socket.AF_UNIX)) as late, pytest.raises(OSError):
        late.connect(str(proxy.path))


def test_an_engine_that_is_not_there_ends_the_connection(tmp_path: Path) -> None:
    nowhere = EngineAddress(f"unix://{tmp_path}/nothing.sock", "nothing")
    with open_engine_proxy(nowhere) as proxy, closing(socket.socket(socket.AF_UNIX)) as client:
        client.settimeout(10)
        client.connect(str(proxy.path))
        assert client.recv(1) == b""


def test_a_path_that_no_socket_can_have_is_said(echo: Echo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("x" * 100)))
    Path(tempfile.gettempdir()).mkdir()
    with pytest.raises(GraderError, match="TMPDIR"), open_engine_proxy(echo.address):
        pass
