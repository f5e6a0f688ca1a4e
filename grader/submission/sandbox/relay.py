"""Relays bytes between two sockets, one of which may use TLS, until both directions have ended."""

from __future__ import annotations

import selectors
import socket
import ssl
from dataclasses import dataclass, field
from typing import Final

_BUFFER_BYTES: Final = 256 * 1024
"""Bytes that may wait for a slow reader, each way."""
_CHUNK_BYTES: Final = 64 * 1024


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
    """One thread for both ways: Python's TLS sockets may not be read and written by two at once.

    Raises `OSError` where a side breaks off.
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
