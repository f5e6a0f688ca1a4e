"""Misbehaving servers: each is one function that has read a request and may answer."""

from __future__ import annotations

import gzip
import signal
import socket
import sys
import threading
import time
import zlib
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Behaviour = Callable[[socket.socket], None]

OK = b"HTTP/1.1 200 OK\r\nServer: hostile\r\n"
_PACKER = zlib.compressobj(9, wbits=31)
BOMB_HEAD = _PACKER.compress(bytes(16 << 20)) + _PACKER.flush(zlib.Z_SYNC_FLUSH)
BOMB_PART = _PACKER.compress(bytes(16 << 20)) + _PACKER.flush(zlib.Z_SYNC_FLUSH)
BOMB_IN_A_BOMB = gzip.compress(BOMB_HEAD + BOMB_PART * 256)


def endless_body(client: socket.socket) -> None:
    client.sendall(OK + b"\r\n")
    while True:
        client.sendall(b"x" * 65536)


def endless_chunks(client: socket.socket) -> None:
    client.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        client.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")


def endless_chunk_size(client: socket.socket) -> None:
    client.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        client.sendall(b"1" * 65536)


def one_byte_a_second(client: socket.socket) -> None:
    client.sendall(OK + b"Content-Length: 1000\r\n\r\n")
    while True:
        client.sendall(b"x")
        time.sleep(1)


def head_one_byte_a_second(client: socket.socket) -> None:
    for byte in OK * 100:
        client.sendall(bytes([byte]))
        time.sleep(1)


def silent(client: socket.socket) -> None:
    client.recv(1)


def compressed_bomb(client: socket.socket) -> None:
    """4 GiB of zeros in 4 MiB."""
    client.sendall(OK + b"Content-Encoding: gzip\r\n\r\n" + BOMB_HEAD)
    for _ in range(256):
        client.sendall(BOMB_PART)


def bomb_in_a_bomb(client: socket.socket) -> None:
    """The same compressed once more: it fits in two packets."""
    client.sendall(OK + b"Content-Encoding: gzip, gzip\r\n\r\n" + BOMB_IN_A_BOMB)


def thousands_of_headers(client: socket.socket) -> None:
    client.sendall(OK + b"".join(b"X-%d: y\r\n" % number for number in range(5000)) + b"\r\nhello")


def endless_headers(client: socket.socket) -> None:
    client.sendall(OK)
    while True:
        client.sendall(b"X: y\r\n" * 1000)


def endless_header_line(client: socket.socket) -> None:
    client.sendall(OK + b"X: ")
    while True:
        client.sendall(b"y" * 65536)


def cut_off_body(client: socket.socket) -> None:
    client.sendall(OK + b"Content-Length: 1000\r\n\r\nonly this")


def cut_off_chunk(client: socket.socket) -> None:
    client.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n100\r\nonly this")


def cut_off_head(client: socket.socket) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\nServer: host")


def nothing(_client: socket.socket) -> None:
    """Hangs up without a word."""


def not_http(client: socket.socket) -> None:
    client.sendall(b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n")


def binary(client: socket.socket) -> None:
    client.sendall(bytes(range(256)) * 100)


def broken_status(client: socket.socket) -> None:
    client.sendall(b"HTTP/1.1 two hundred\r\n\r\nhello")


def broken_chunks(client: socket.socket) -> None:
    client.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n")


def negative_length(client: socket.socket) -> None:
    client.sendall(OK + b"Content-Length: -5\r\n\r\nhello")


def wrong_compression(client: socket.socket) -> None:
    client.sendall(OK + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello")


def unknown_compression(client: socket.socket) -> None:
    client.sendall(OK + b"Content-Encoding: x-own\r\nContent-Length: 5\r\n\r\nhello")


def redirect(location: bytes) -> Behaviour:
    def behave(client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + b"\r\n\r\n")

    return behave


def hostile_headers(client: socket.socket) -> None:
    client.sendall(OK + b"Server: \x1b[31m\xe2\x80\xae evil\r\nX-\xff: \x07\r\nContent-Length: 2\r\n\r\nok")


SITES: dict[str, tuple[Behaviour, str]] = {
    "endless body": (endless_body, "cut at its limit"),
    "endless chunks": (endless_chunks, "cut at its limit"),
    "endless chunk size": (endless_chunk_size, "not-http"),
    "one byte a second": (one_byte_a_second, "timeout"),
    "one byte of the head a second": (head_one_byte_a_second, "timeout"),
    "silent": (silent, "timeout"),
    "compressed bomb": (compressed_bomb, "cut at its limit"),
    "bomb in a bomb": (bomb_in_a_bomb, "not-http"),
    "thousands of headers": (thousands_of_headers, "not-http"),
    "endless headers": (endless_headers, "not-http"),
    "endless header line": (endless_header_line, "not-http"),
    "cut-off body": (cut_off_body, "cut-off"),
    "cut-off chunk": (cut_off_chunk, "cut-off"),
    "cut-off head": (cut_off_head, "answer"),
    "hangs up": (nothing, "cut-off"),
    "not HTTP": (not_http, "not-http"),
    "binary": (binary, "not-http"),
    "broken status": (broken_status, "not-http"),
    "broken chunks": (broken_chunks, "not-http"),
    "negative length": (negative_length, "answer"),
    "wrong compression": (wrong_compression, "not-http"),
    "unknown compression": (unknown_compression, "not-http"),
    "redirect elsewhere": (redirect(b"http://192.0.2.1/"), "302"),
    "redirect to another port": (redirect(b"http://127.0.0.1:1/"), "302"),
    "redirect to a file": (redirect(b"file:///etc/passwd"), "302"),
    "redirect without end": (redirect(b"/again"), "redirect"),
    "broken Location": (redirect(b"http://[::1"), "302"),
    "Location with a user": (redirect(b"http://127.0.0.1:80@192.0.2.1/"), "302"),
    "Location of control characters": (redirect(b"\x07\xff//%zz"), "redirect"),
    "no Location": (redirect(b""), "302"),
    "hostile headers": (hostile_headers, "answer"),
}
"""Each with the answer, or the reason for `NoAnswer`, that a `SiteClient` must return."""


@contextmanager
def serving(behave: Behaviour, listener: socket.socket | None = None) -> Iterator[int]:
    """A server on a free port of this machine, or on `listener`; its port."""
    listener = listener or socket.create_server(("127.0.0.1", 0))
    address = listener.getsockname()

    def handle(client: socket.socket) -> None:
        with client, suppress(OSError):
            if client.recv(65536):
                behave(client)
                _drain(client)

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                client.settimeout(30)
                threading.Thread(target=handle, args=(client,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield address[1] if isinstance(address, tuple) else 0
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _drain(client: socket.socket) -> None:
    """A connection closed with unread bytes is reset, and the other side may lose what was sent."""
    client.shutdown(socket.SHUT_WR)
    client.settimeout(0.2)
    with suppress(OSError):
        while client.recv(65536):
            pass


def main() -> None:
    """Behaves as the name on the command line says, on port 80 of a container."""
    with serving(SITES[sys.argv[1]][0], socket.create_server(("", 80))):
        signal.pause()


if __name__ == "__main__":
    main()
