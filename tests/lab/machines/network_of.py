"""Puts this thread on a machine's network for a while: its `localhost` is then the machine's."""

from __future__ import annotations

import ctypes
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.lab.machines.network import NAMESPACES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.lab.machines.machine import LabMachine

CLONE_NEWNET = 0x40000000


@contextmanager
def on_network_of(machine: LabMachine) -> Iterator[None]:
    """Also applies to threads and processes started meanwhile: they inherit it."""
    own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        _enter(NAMESPACES / machine.namespace)
        yield
    finally:
        _set_namespace(own)
        os.close(own)


def _enter(namespace: Path) -> None:
    descriptor = os.open(namespace, os.O_RDONLY)
    try:
        _set_namespace(descriptor)
    finally:
        os.close(descriptor)


def _set_namespace(descriptor: int) -> None:
    # `os.setns` comes with Python 3.12.
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
