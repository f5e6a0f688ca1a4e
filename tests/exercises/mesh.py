"""A stand-in for IPVS where the kernel has none: the one piece that a swarm's routing mesh then lacks.

All of Docker's own mesh stays in use (the published port, its rules, its network `ingress`); only the last step, from
the namespace that Docker calls `ingress_sbox` to a task, is made by a relay instead of the kernel.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab import Engine, Lab

__all__ = ["has_ipvs", "stand_in_for_ipvs"]

_RELAY = r"""
import itertools, socket, sys, threading

port, *targets = sys.argv[1:]
turns = itertools.cycle(targets)


def pour(source, into):
    while data := source.recv(65536):
        into.sendall(data)
    into.shutdown(socket.SHUT_WR)


def relay(visitor):
    with visitor, socket.create_connection((next(turns), 80), timeout=5) as task:
        threading.Thread(target=pour, args=(visitor, task), daemon=True).start()
        pour(task, visitor)


with socket.create_server(("", int(port))) as door:
    print("open", flush=True)
    while True:
        threading.Thread(target=relay, args=(door.accept()[0],), daemon=True).start()
"""


def has_ipvs() -> bool:
    return Path("/proc/sys/net/ipv4/vs").exists()


@contextlib.contextmanager
def stand_in_for_ipvs(engine: Engine, lab: Lab, port: int) -> Iterator[None]:
    """Relays what comes for `port` to port 80 of the containers on the network `ingress`, in turns."""
    told = json.loads(engine.docker("network", "inspect", "ingress").stdout)[0]["Containers"]
    tasks = [one["IPv4Address"].partition("/")[0] for name, one in told.items() if name != "ingress-sbox"]
    namespace = lab.sockets / "exec" / "netns" / "ingress_sbox"
    relay = subprocess.Popen(
        ["nsenter", f"--net={namespace}", sys.executable, "-c", _RELAY, str(port), *tasks],
        stdout=subprocess.PIPE,
    )
    try:
        assert relay.stdout
        assert relay.stdout.readline() == b"open\n"
        yield
    finally:
        relay.kill()
        relay.wait()
