"""One machine: a set of namespaces around one process, and gone when that process ends."""

from __future__ import annotations

import signal
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lab.machines.network import NAMESPACES
from tests.lab.process import LabError, end_process, last_lines, start_daemon, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.engine import Engine
    from tests.lab.machines.spec import MachineKind

BOOT = Path(__file__).with_name("boot.sh")
USERS = {"root": 0, "student": 1000, "visitor": 1001}
START_LIMIT_S = 60
STOP_LIMIT_S = 30
SPACES = ("--mount", "--pid", "--uts", "--ipc")


@dataclass(frozen=True)
class LabMachine:
    """A machine that runs."""

    name: str
    kind: MachineKind
    address: str
    """The address of its sshd (port 22), its engine over TLS (port 2376) and its published ports."""
    namespace: str
    """Its network, in /run/netns."""
    shared: Path
    """A folder with one path inside and outside: homes, sockets, logs."""
    engine: Engine
    certificates: Path
    """As in `DOCKER_CERT_PATH`."""
    ssh_config: Path
    """As for `ssh -F`: has this machine and the others of its group by name."""
    init: int
    """Its process 1, as seen from outside."""

    @property
    def home(self) -> Path:
        """The home of the engine's user, the same path inside and outside."""
        return self.shared / "homes" / self.kind.user

    def command_on_network(self, *words: str) -> list[str]:
        """A command of the engine's user, outside but on the machine's network, so that `localhost` is the machine."""
        command = ["nsenter", f"--net={NAMESPACES / self.namespace}"]
        if self.kind.user != "root":
            number = USERS[self.kind.user]
            command += ["setpriv", f"--reuid={number}", f"--regid={number}", "--clear-groups"]
        return [*command, *words]

    def command_inside(self, *words: str) -> list[str]:
        """A command that runs in the machine, as root."""
        return ["nsenter", f"--target={self.init}", "--net", *SPACES, *words]

    def processes(self, *names: str) -> list[int]:
        """The processes of these names that run in the machine (not in its containers), as seen from outside."""
        return [pid for pid in _descendants(self.init) if name_of(pid) in names]


def launch(namespace: str, settings: dict[str, str]) -> int:
    """Start a machine's process 1 and return it; its services start by themselves."""
    spaces = ["unshare", *SPACES, "--fork", "--kill-child=SIGKILL"]
    log = Path(settings["SHARED"]) / "boot.log"
    command = ["nsenter", f"--net={NAMESPACES / namespace}", *spaces, "sh", str(BOOT)]
    outer = start_daemon(
        command, log, {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", **settings}
    )

    def child() -> int | None:
        if outer.poll() is not None:
            raise LabError(f"the machine {settings['NAME']} did not start: {last_lines(log)}")
        return next(iter(_children(outer.pid)), None)

    return wait_until(f"process 1 of {settings['NAME']}", child, START_LIMIT_S)


def wait_until_ready(machine: LabMachine) -> None:
    """Wait until sshd and the engine answer. Raises `LabError` with the last log line of one that does not."""
    try:
        if machine.kind.engine:
            wait_until("the engine to answer", lambda: _pings(machine.shared / "engine.sock"), START_LIMIT_S)
        wait_until("sshd to answer", lambda: _accepts(machine.address, 22), START_LIMIT_S)
    except LabError as error:
        said = [last_lines(machine.shared / name) for name in ("boot.log", "engine.log", "sshd.log")]
        raise LabError(f"the machine {machine.name}: {error}; logs of boot, engine and sshd end with {said}") from error


def stop_engine(machine: LabMachine) -> None:
    """Stop the engine with SIGTERM, so that its data on disk is consistent."""
    names = ("dockerd", "podman")
    for pid in machine.processes(*names):
        end_process(pid, signal.SIGTERM)
    wait_until(f"the engine of {machine.name} to end", lambda: not machine.processes(*names), STOP_LIMIT_S)


def _pings(path: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(3)
            connection.connect(str(path))
            connection.sendall(b"GET /_ping HTTP/1.0\r\nHost: lab\r\n\r\n")
            return b" 200 " in connection.recv(1024)
    except OSError:
        return False


def _accepts(address: str, port: int) -> bool:
    try:
        with socket.create_connection((address, port), timeout=3):
            return True
    except OSError:
        return False


def _descendants(pid: int) -> Iterator[int]:
    for child in _children(pid):
        yield child
        yield from _descendants(child)


def _children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def name_of(pid: int) -> str:
    """The name of a process; empty if it has ended."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
