"""One OpenSSH connection to a machine, which everything else goes through.

It runs in the foreground as our child, with one session of its own: a shell that waits for the end of its input. When
we end, however we end, the kernel closes that input, the shell ends, and so does `ssh`.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import stamina
from stamina.instrumentation import set_on_retry_hooks

from grader.errors import MachineUnreachable
from grader.machine.pipes import PipeReader, run_bounded
from grader.machine.ssh.folder import PrivateFolder
from grader.machine.ssh.greeting import answer_in, remote_command
from grader.machine.ssh.options import (
    AGENT,
    agent_behind,
    client_command,
    client_environment,
    master_command,
    user_settings,
)
from grader.machine.ssh.words import channel_refusal, failure
from grader.machine.text import visible

if TYPE_CHECKING:
    from pathlib import Path

    from grader.roster.machine_url import MachineUrl

__all__ = ["SshMaster", "open_master"]

OPEN_S: Final = 20.0
"""Seconds for the connection, the login and the first answer of the machine's shell."""
_MOST_HEARD: Final = 1024 * 1024
_FORWARD_S: Final = 10.0
_END_S: Final = 2.0
_LAST_MOMENT_S: Final = 0.3


def open_master(url: MachineUrl, config: Path | None, first_question: str) -> tuple[SshMaster, list[str]]:
    """Connects, and asks the machine's shell `first_question`: the connection, and the lines of the answer.

    Only a connection that was closed before it was one is tried again: a gateway lets in so many at a time.
    Raises `MachineUnreachable`.
    """
    settings = user_settings(url, config)

    def again(error: Exception) -> bool:
        return isinstance(error, MachineUnreachable) and error.code == "ssh-closed"

    set_on_retry_hooks(())  # they would log each try on the student's screen
    for attempt in stamina.retry_context(on=again, attempts=3, timeout=OPEN_S, wait_initial=0.3):
        with attempt:
            master = SshMaster(url, config, settings, first_question)
            return master, master.greeting
    raise AssertionError("the last attempt returns or raises")


class SshMaster:
    """An `ssh` that is connected, or `MachineUnreachable`."""

    def __init__(self, url: MachineUrl, config: Path | None, settings: dict[str, str], first_question: str) -> None:
        self.where = str(url)
        self.user = settings.get("user", "?")
        self._folder = PrivateFolder()
        word = secrets.token_hex(8)
        remote = remote_command(word, first_question)
        try:
            if agent := agent_behind(settings):
                (self._folder.path / AGENT).symlink_to(agent)
            self._process = subprocess.Popen(
                master_command(url, config, settings, self._folder.control, remote),
                executable=shutil.which("ssh"),  # looked for with our own PATH
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is for us, who still have things to put back over this connection
                env=client_environment(os.environ, settings),
            )
        except BaseException:
            self._folder.remove()
            raise
        self.close = weakref.finalize(self, _end, os.getpid(), self._process, self._folder)
        """Ends the connection; called by itself where nobody does."""
        try:
            self._folder.keep_pid(self._process.pid)
            assert self._process.stdout  # noqa: S101 - asked for above
            assert self._process.stderr  # noqa: S101
            self._out = PipeReader(self._process.stdout, _MOST_HEARD, self._process.kill)
            self._err = PipeReader(self._process.stderr, _MOST_HEARD, self._process.kill)
            self.greeting = self._greeting(word)
        except BaseException:
            self.close()
            raise

    @property
    def control(self) -> Path:
        return self._folder.control

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    @property
    def said(self) -> int:
        """How much `ssh` has said up to now, to be given to `refusal_since`."""
        return len(self._err.heard)

    def refusal_since(self, said: int, within_s: float = _LAST_MOMENT_S) -> str:
        """Why `sshd` did not open a connection asked of it since then; empty where it opened them all.

        The socket may close a moment before we have heard the reason.
        """

        def look(heard: bytes) -> str | None:
            return channel_refusal(heard[said:].decode("utf-8", "replace")) or None

        return self._err.wait_for(look, time.monotonic() + within_s) or ""

    def forward(self, name: str, target: str) -> Path:
        """A socket of this machine's that leads to `target` on the other: `host:port`, or the path of a socket."""
        path = self._folder.path / name
        command = client_command(self.control, "-O", "forward", "-L", f"{path}:{target}", "master")
        ran = run_bounded(command, within_s=_FORWARD_S, most=_MOST_HEARD)
        if ran.code != 0:
            raise self.why_lost() or self._unreachable("ssh-failed", visible(ran.err.strip(), 160))
        return path

    def prohibition(self) -> str:
        """What `sshd` says where it lets nothing be forwarded; empty where it does."""
        said = self.said
        path = self.forward("nowhere", "127.0.0.1:9")
        with socket.socket(socket.AF_UNIX) as asking, suppress(OSError):
            asking.settimeout(_FORWARD_S)
            asking.connect(str(path))
            asking.recv(1)
        refusal = self.refusal_since(said, _END_S)
        return refusal if "prohibited" in refusal else ""

    def why_lost(self) -> MachineUnreachable | None:
        """After something has failed: why nothing comes through any more; `None` where the connection is there.

        Its sockets close before `ssh` has ended: it is given a moment.
        """
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_LAST_MOMENT_S)
        if self._err.is_full or self._out.is_full:
            return self._unreachable("ssh-flood")
        if not self.is_alive:
            return self._unreachable("ssh-lost", failure(self._words)[1])
        return None

    @property
    def _words(self) -> str:
        return self._err.heard.decode("utf-8", "replace")

    def _greeting(self, word: str) -> list[str]:
        answer = self._out.wait_for(lambda heard: answer_in(heard, word), time.monotonic() + OPEN_S)
        if answer is None:
            raise self._why_not()
        return answer.decode("utf-8", "replace").splitlines()

    def _why_not(self) -> MachineUnreachable:
        if self._out.is_full or self._err.is_full:
            return self._unreachable("ssh-flood")
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_S)
        has_logged_in = self.control.exists()
        if self.is_alive:
            return self._unreachable("ssh-hangs" if has_logged_in else "ssh-silent", f"{OPEN_S:.0f}")
        self._err.wait_for_end(time.monotonic() + _END_S)
        code, detail = failure(self._words)
        if code == "ssh-failed" and not detail:
            return self._unreachable("ssh-no-shell", str(self._process.returncode))
        return self._unreachable(code, detail)

    def _unreachable(self, code: str, detail: str = "") -> MachineUnreachable:
        return MachineUnreachable(code, where=self.where, user=self.user, detail=detail)


def _end(owner: int, process: subprocess.Popen[bytes], folder: PrivateFolder) -> None:
    """Ends `ssh` and what it has started (a `ProxyCommand`, a jump), and removes its folder."""
    if os.getpid() != owner:
        return  # a fork of the process that this is all about
    assert process.stdin  # noqa: S101 - it has one
    process.stdin.close()
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    folder.remove()
