"""Replaces IPVS if the kernel has none: the only part of a swarm's routing mesh that is then missing.

Docker's network `ingress` stays in use, and so do its rules for the published port, if it made any; the last step,
from the namespace that Docker calls `ingress_sbox` to a task, is made by a relay instead of the kernel. Docker 20.10
makes no rules: without IPVS it takes the kernel's answer to an unknown message for success. Then the relay listens on
the machine's port itself.
"""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab.process import ending

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab import Engine, Lab

_RELAY_PROGRAM = r"""
import contextlib, ctypes, itertools, socket, sys, threading

port, ingress, *targets = sys.argv[1:]
turns = itertools.cycle(targets)
NEW_NET = 0x40000000


def pour(source, into):
    while data := source.recv(65536):
        into.sendall(data)
    into.shutdown(socket.SHUT_WR)


def relay(visitor):
    with visitor, socket.create_connection((next(turns), 80), timeout=5) as task:
        threading.Thread(target=pour, args=(visitor, task), daemon=True).start()
        pour(task, visitor)


def serve(door):
    while True:
        threading.Thread(target=relay, args=(door.accept()[0],), daemon=True).start()


doors = []
with contextlib.suppress(OSError):  # held by Docker, whose rules then lead to the other door
    doors.append(socket.create_server(("", int(port))))
with open(ingress) as namespace:
    assert ctypes.CDLL(None).setns(namespace.fileno(), NEW_NET) == 0
doors.append(socket.create_server(("", int(port))))
print("open", flush=True)
for door in doors[1:]:
    threading.Thread(target=serve, args=(door,), daemon=True).start()
serve(doors[0])
"""


def has_ipvs() -> bool:
    return Path("/proc/sys/net/ipv4/vs").exists()


@contextlib.contextmanager
def relay_instead_of_ipvs(engine: Engine, lab: Lab, port: int) -> Iterator[None]:
    """Relays what comes for `port` to port 80 of the containers on the network `ingress`, in turns."""
    told = json.loads(engine.docker("network", "inspect", "ingress").stdout)[0]["Containers"]
    tasks = [one["IPv4Address"].partition("/")[0] for name, one in told.items() if name != "ingress-sbox"]
    namespace = lab.sockets / "exec" / "netns" / "ingress_sbox"
    command = [sys.executable, "-c", _RELAY_PROGRAM, str(port), str(namespace), *tasks]
    with ending(subprocess.Popen(command, stdout=subprocess.PIPE), signal.SIGKILL) as relay:
        assert relay.stdout
        assert relay.stdout.readline() == b"open\n"
        yield
