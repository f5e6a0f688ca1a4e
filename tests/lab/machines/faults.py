"""Fault injection: does to a machine what an unreliable classroom does."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.lab.fault_proxy import FaultProxy
from tests.lab.machines.keys import new_key
from tests.lab.machines.machine import wait_until_ready
from tests.lab.process import end_process, run, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.lab.fault_proxy import Exchange
    from tests.lab.machines.machine import LabMachine

ENGINES = ("dockerd", "podman")
LIMIT_S = 20
NOISE = 'head -c {size} /dev/urandom | base64; printf "\\033]0;owned\\007 bruit de .bashrc\\n"; printf "noise\\n" >&2\n'


def hang(machine: LabMachine) -> None:
    """The engine still accepts connections but never answers."""
    _signal(machine, signal.SIGSTOP, *ENGINES)


def resume(machine: LabMachine) -> None:
    """Undo `hang`, and `hang_sshd`."""
    _signal(machine, signal.SIGCONT, *ENGINES, "sshd")


def kill_engine(machine: LabMachine) -> None:
    """The engine is killed; the machine and its containers stay."""
    _signal(machine, signal.SIGKILL, *ENGINES)
    wait_until("the engine to be dead", lambda: not machine.processes(*ENGINES), LIMIT_S)


def start_engine(machine: LabMachine) -> None:
    """Start an engine that was killed, and wait until it answers."""
    script = 'rm -f /run/docker.pid; setsid sh "$0/engine.sh" </dev/null >>"$0/engine.log" 2>&1 &'
    run(machine.command_inside("sh", "-c", script, str(machine.shared)))
    wait_until_ready(machine)


def flood_login(machine: LabMachine, size: int) -> None:
    """Every login, even with a command, first prints that many bytes from `.bashrc`, and a motd."""
    (machine.home / ".bashrc").write_text(NOISE.format(size=size), encoding="ascii")
    run(machine.command_inside("sh", "-c", "printf 'Bienvenue \\033[31m!\\n' > /etc/motd"))


def hang_login(machine: LabMachine) -> None:
    """Every login succeeds but its command never starts."""
    (machine.home / ".bashrc").write_text("exec sleep infinity\n", encoding="ascii")


def hang_sshd(machine: LabMachine) -> None:
    """Port 22 accepts connections but sends nothing."""
    _signal(machine, signal.SIGSTOP, "sshd")


def refuse(machine: LabMachine) -> None:
    """Nothing listens on port 22 any more, and open connections are cut."""
    _signal(machine, signal.SIGKILL, "sshd", "sshd-session")
    wait_until("sshd to be dead", lambda: not machine.processes("sshd", "sshd-session"), LIMIT_S)


def accept(machine: LabMachine) -> None:
    """Undo `refuse`."""
    log, settings = machine.shared / "sshd.log", machine.shared / "ssh" / "sshd_config"
    run(machine.command_inside("/usr/sbin/sshd", "-E", str(log), "-f", str(settings)))
    wait_until_ready(machine)


def change_host_key(machine: LabMachine) -> None:
    """The machine returns with another host key than the pinned one, as after a reinstallation."""
    refuse(machine)
    new_key(machine.shared / "ssh" / "host_key")
    accept(machine)


def ssh_connections(machine: LabMachine) -> int:
    """Number of SSH logins so far, from sshd's log."""
    log = (machine.shared / "sshd.log").read_text(encoding="utf-8", errors="replace")
    return log.count("Accepted publickey for ")


def _signal(machine: LabMachine, number: int, *names: str) -> None:
    for pid in machine.processes(*names):
        end_process(pid, number)


@contextmanager
def at_request(machine: LabMachine, number: int, action: Callable[[LabMachine], None]) -> Iterator[FaultProxy]:
    """Within the `with` block, calls `action` before the engine's answer to request `number` (the first is 1)."""

    def struck(exchange: Exchange) -> None:
        action(machine)
        exchange.pass_on()

    front = machine.shared / "docker.sock"
    front.unlink()
    try:
        with FaultProxy(f"unix://{machine.shared / 'engine.sock'}", front) as proxy:
            front.chmod(0o666)
            proxy.inject(".*", struck, after=number - 1)
            yield proxy
    finally:
        front.unlink(missing_ok=True)
        front.symlink_to("engine.sock")
