"""The folder of a connection's sockets stays as long as its owner lives, whenever others sweep."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from grader.machine.transport.ssh.private_folder import PrivateFolder, sweep

if TYPE_CHECKING:
    import pytest


def test_a_sweep_at_the_worst_moment_leaves_a_new_folder_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many workers start at a time, and each sweeps: one may come between the creation of a lock and its locking."""
    lock = fcntl.flock

    def sweep_first(descriptor: int, operation: int) -> None:
        monkeypatch.setattr(fcntl, "flock", lock)
        sweep()
        lock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", sweep_first)
    made = PrivateFolder()
    try:
        made.write_pid(os.getpid())
        sweep()
        assert made.path.exists()
    finally:
        made.remove()
    assert not made.path.exists()
