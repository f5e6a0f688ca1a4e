"""A machine behind SSH for tests: ways to reach it, to break it, and to see what a run left."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import MachineUnreachable
from grader.machine.transport.connect import open_transport
from grader.roster.machine_url import parse_machine_url
from tests.lab.machines.faults import accept, refuse
from tests.lab.process import end_process, ending, is_alive, wait_until
from tests.student_shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.machine.transport.interface import Transport
    from tests.lab.machines import LabMachine

REFERENCE = ROOT / "exercises" / "tp2" / "solutions" / "reference" / "up.sh"


@dataclass
class SshMachine:
    machine: LabMachine
    scratch: Path
    config: Path = field(init=False)
    """For `ssh -F`."""
    runs: list[subprocess.Popen[str]] = field(default_factory=list)
    """Of pytest, in that machine's name."""

    def __post_init__(self) -> None:
        self.config = self.machine.ssh_config

    @property
    def log(self) -> str:
        """The log of its sshd so far."""
        return (self.machine.shared / "sshd.log").read_text(encoding="utf-8", errors="replace")

    @property
    def known_hosts(self) -> Path:
        return self.machine.ssh_config.with_name("known_hosts")

    def configure(self, *client: str, server: str = "") -> None:
        """Adds lines to the client's configuration, and to that of a separate sshd in the machine.

        On both sides, the first value of an option counts.
        """
        usual = self.machine.ssh_config.read_text(encoding="utf-8")
        lines = ["Host pc1", *(f"  {line}" for line in client)]
        if server:
            settings = self.machine.shared / "ssh" / "variant"
            of_all = (self.machine.shared / "ssh" / "sshd_config").read_text(encoding="utf-8")
            settings.write_text(f"{server}\n{of_all}", encoding="utf-8")
            sshd = shlex.join(self.machine.command_inside("/usr/sbin/sshd", "-i", "-f", str(settings)))
            lines.append(f"  ProxyCommand {sshd}")
        self.config = self.scratch / "ssh_config"
        self.config.write_text("\n".join(lines) + "\n" + usual, encoding="utf-8")

    def write_bashrc(self, user: str, text: str) -> None:
        """Writes the .bashrc of an account, which also runs for a command over SSH."""
        (self.machine.shared / "homes" / user / ".bashrc").write_text(text, encoding="utf-8")

    def open_transport(self, url: str = "ssh://pc1", deadline_s: float = 60) -> Transport:
        return open_transport(parse_machine_url(url), self.config, deadline_s)

    @contextmanager
    def transport(self, url: str = "ssh://pc1") -> Iterator[Transport]:
        link = self.open_transport(url)
        try:
            yield link
        finally:
            link.close()

    def bring_up_tp2(self, script: Path = REFERENCE) -> None:
        """Runs the reference of tp2 in the machine's home."""
        environment = self.machine.engine.env() | {"HOME": str(self.machine.home)}
        subprocess.run(
            self.machine.command_on_network("bash", str(script)),
            env=environment,
            check=True,
            timeout=60,
            capture_output=True,
        )

    def pytest(self, *options: str, temporary: Path) -> subprocess.Popen[str]:
        """Starts grading tp2 there, in a session of its own, with `temporary` for its temporary files."""
        command = [sys.executable, "-m", "pytest", "exercises/tp2", "--ssh-config", str(self.config), "--lang", "en"]
        run = subprocess.Popen(
            [*command, "--machine", "ssh://pc1", *options],
            cwd=ROOT,
            env=os.environ | {"TMPDIR": str(temporary), "LANG": "C.UTF-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.runs.append(run)
        return run

    def clean_up(self) -> None:
        """Undoes what a test did to the machine."""
        for run in self.runs:
            with ending(run, signal.SIGKILL):
                pass
        for pid in self.machine.processes("dockerd", "sshd"):
            end_process(pid, signal.SIGCONT)
        for home in (self.machine.shared / "homes").iterdir():
            (home / ".bashrc").unlink(missing_ok=True)
        if not self.machine.processes("sshd"):
            accept(self.machine)
        for name in self.machine.engine.docker("ps", "--all", "--quiet").stdout.split():
            self.machine.engine.docker("rm", "--force", "--volumes", name)

    @contextmanager
    def without_sshd(self) -> Iterator[None]:
        refuse(self.machine)
        try:
            yield
        finally:
            accept(self.machine)


def unreachable_error(ssh_machine: SshMachine, url: str = "ssh://pc1") -> tuple[MachineUnreachable, float]:
    """Why the machine cannot be graded, and how many seconds it took to find out."""
    began = time.monotonic()
    try:
        link = ssh_machine.open_transport(url)
    except MachineUnreachable as error:
        return error, time.monotonic() - began
    try:
        link.version()
    except MachineUnreachable as error:
        return error, time.monotonic() - began
    finally:
        link.close()
    raise AssertionError("the machine was reached")


def leftovers(temporary: Path, *, within_s: float = 5) -> list[str]:
    """What a run left: its folders, and its processes that do not end by themselves within a moment."""
    mark = f"{temporary}/grader-ssh-".encode()

    def processes() -> list[int]:
        found = []
        for entry in Path("/proc").iterdir():
            with suppress(OSError, ValueError):
                if mark in (entry / "cmdline").read_bytes() and is_alive(int(entry.name)):
                    found.append(int(entry.name))
        return found

    with suppress(Exception):
        wait_until("its processes to end", lambda: not processes(), within_s)
    return [*(f"process {pid}" for pid in processes()), *(path.name for path in temporary.iterdir())]
