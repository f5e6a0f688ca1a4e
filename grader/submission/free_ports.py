"""Whether the exercise's ports are free before a submission is brought up: it could not publish them otherwise."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, Final

from grader.submission.infrastructure_failure import InfrastructureFailed

if TYPE_CHECKING:
    from collections.abc import Iterable

_RELEASE_S: Final = 5.0
"""Podman's port forwarder outlives its container for a moment."""
_CONNECT_S: Final = 2.0
_LOOPBACK: Final = ("127.0.0.1", "::1")


def require_free_ports(host: str, ports: Iterable[int]) -> None:
    """Raise `InfrastructureFailed` if a port of `host` (empty: this machine) already answers.

    The engine's own list is not enough: another program, or another engine, may have the port.
    """
    deadline = time.monotonic() + _RELEASE_S
    hosts = (host,) if host else _LOOPBACK
    for port in ports:
        while any(_answers(one, port) for one in hosts):
            if time.monotonic() > deadline:
                raise InfrastructureFailed("port-in-use", port=str(port))
            time.sleep(0.1)


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=_CONNECT_S):
            return True
    except OSError:
        return False
