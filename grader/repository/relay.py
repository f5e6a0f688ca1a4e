"""Carries bytes both ways between two sockets, one of which may be TLS, until both ways have ended."""

from __future__ import annotations

import selectors
import socket
import ssl
from dataclasses import dataclass, field
from typing import Final

__all__ = ["relay"]

_ROOM: Final = 256 * 1024
"""Bytes that may wait for a slow reader, each way."""
_CHUNK: Final = 64 * 1024


@dataclass(slots=True)
class _Way:
    source: socket.socket
    target: socket.socket
    waiting: bytearray = field(default_factory=bytearray)
    ended: bool = False
    """No more will come from the source."""
    told: bool = False
    """The target knows that."""

    def read(self) -> None:
        # A TLS socket may hold more than the system shows as readable, so it is read until it says that it waits.
        while not self.ended and len(self.waiting) < _ROOM:
            try:
                data = self.source.recv(_CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            self.waiting += data
            self.ended = not data

    def write(self) -> None:
        while self.waiting:
            try:
                sent = self.target.send(self.waiting[:_CHUNK])
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            del self.waiting[:sent]
        if self.ended and not self.told:
            self.told = True
            # Of the connection below TLS: SSLSocket's own would make it forget its keys for the other way.
            socket.socket.shutdown(self.target, socket.SHUT_WR)


def relay(one: socket.socket, other: socket.socket) -> None:
    """One thread for both ways: Python's TLS sockets may not be read and written by two at once.

    Raises `OSError` where a side breaks off.
    """
    ways = (_Way(one, other), _Way(other, one))
    for end in (one, other):
        end.settimeout(0)
    while not all(way.told for way in ways):
        for way in ways:
            way.read()
            way.write()
        with selectors.DefaultSelector() as selector:
            for end in (one, other):
                reads = any(way.source is end and not way.ended and len(way.waiting) < _ROOM for way in ways)
                writes = any(way.target is end and way.waiting for way in ways)
                if events := reads * selectors.EVENT_READ | writes * selectors.EVENT_WRITE:
                    selector.register(end, events)
            if selector.get_map():
                selector.select()
