"""The one OpenSSH connection to a machine that everything else uses.

It runs in the foreground as our child, with one session: a shell that waits for the end of its input. When
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
from typing import TYPE_CHECKING, Final, TypeAlias

from grader.errors import MachineUnreachable
from grader.machine.transport.ssh.error_messages import channel_refusal, classify_ssh_failure
from grader.machine.transport.ssh.login_command import parse_answer, remote_command
from grader.machine.transport.ssh.options import (
    AGENT,
    agent_socket,
    client_command,
    client_environment,
    master_command,
    user_settings,
)
from grader.machine.transport.ssh.private_folder import PrivateFolder
from grader.programs.bounded import Limits, run_bounded
from grader.programs.pipes import PipeReader
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grader.roster.machine_url import MachineUrl

OPEN_S: Final = 20.0
"""Seconds for the connection, the login and the first answer of the machine's shell."""
_MAX_OUTPUT: Final = 1024 * 1024
_FORWARD_S: Final = 10.0
_END_S: Final = 2.0
_LAST_MOMENT_S: Final = 0.3
_Connected: TypeAlias = "tuple[SshMaster, list[str]]"
"""The connection, and the lines of the first answer."""


def open_master(url: MachineUrl, config: Path | None, first_question: str) -> _Connected:
    """Connects, and asks the machine's shell `first_question`: the connection, and the lines of the answer.

    Only a connection that is closed during the login is retried: a gateway limits how many log in at once.
    Raises `MachineUnreachable`.
    """
    settings = user_settings(url, config)

    def connect() -> _Connected:
        master = SshMaster(url, config, settings, first_question)
        return master, master.first_answer

    try:
        return connect()
    except MachineUnreachable as error:
        if error.code != "ssh-closed":
            raise
        return _retry(connect, error)


def _retry(connect: Callable[[], _Connected], first: MachineUnreachable) -> _Connected:
    """Connects after a first attempt that failed."""
    import stamina  # noqa: PLC0415 - imports asyncio, and is rarely needed
    from stamina.instrumentation import set_on_retry_hooks  # noqa: PLC0415 - as above

    def is_worth_retrying(error: Exception) -> bool:
        return isinstance(error, MachineUnreachable) and error.code == "ssh-closed"

    set_on_retry_hooks(())  # they would log each attempt on the student's screen
    for attempt in stamina.retry_context(on=is_worth_retrying, attempts=3, timeout=OPEN_S, wait_initial=0.3):
        with attempt:
            if attempt.num == 1:
                raise first
            return connect()
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
            if agent := agent_socket(settings):
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
        self.close = weakref.finalize(self, _close_master, os.getpid(), self._process, self._folder)
        """Closes the connection; called at exit at the latest."""
        try:
            self._folder.write_pid(self._process.pid)
            assert self._process.stdout
            assert self._process.stderr
            self._out = PipeReader(self._process.stdout, _MAX_OUTPUT, self._process.kill)
            self._err = PipeReader(self._process.stderr, _MAX_OUTPUT, self._process.kill)
            self.first_answer = self._read_first_answer(word)
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
    def stderr_size(self) -> int:
        """Bytes of `ssh`'s standard error so far, for `forwarding_refusal`."""
        return len(self._err.output)

    def forwarding_refusal(self, since: int, within_s: float = _LAST_MOMENT_S) -> str:
        """Why `sshd` refused to open a connection since then; empty if it opened them all.

        The socket may close a moment before the reason arrives.
        """

        def look(heard: bytes) -> str | None:
            return channel_refusal(heard[since:].decode("utf-8", "replace")) or None

        return self._err.wait_for(look, time.monotonic() + within_s) or ""

    def forward(self, name: str, target: str) -> Path:
        """A local socket that leads to `target` on the machine: `host:port`, or the path of a socket."""
        path = self._folder.path / name
        command = client_command(self.control, "-O", "forward", "-L", f"{path}:{target}", "master")
        done = run_bounded(command, limits=Limits(_FORWARD_S, _MAX_OUTPUT))
        if not done.succeeded:
            detail = escape_control_characters(done.reason or " ".join(done.stderr), 160)
            raise self.lost_reason() or self._unreachable("ssh-failed", detail)
        return path

    def forwarding_prohibition(self) -> str:
        """The message of an `sshd` that prohibits forwarding; empty if it allows it."""
        size_before = self.stderr_size
        path = self.forward("nowhere", "127.0.0.1:9")
        with socket.socket(socket.AF_UNIX) as asking, suppress(OSError):
            asking.settimeout(_FORWARD_S)
            asking.connect(str(path))
            asking.recv(1)
        refusal = self.forwarding_refusal(size_before, _END_S)
        return refusal if "prohibited" in refusal else ""

    def lost_reason(self) -> MachineUnreachable | None:
        """After a failure: why the connection is lost; `None` if it still works.

        Its sockets close before `ssh` ends, so wait a moment.
        """
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_LAST_MOMENT_S)
        if self._err.is_full or self._out.is_full:
            return self._unreachable("ssh-flood")
        if not self.is_alive:
            return self._unreachable("ssh-lost", classify_ssh_failure(self._stderr)[1])
        return None

    @property
    def _stderr(self) -> str:
        return self._err.output.decode("utf-8", "replace")

    def _read_first_answer(self, word: str) -> list[str]:
        answer = self._out.wait_for(lambda heard: parse_answer(heard, word), time.monotonic() + OPEN_S)
        if answer is None:
            raise self._login_failure()
        return answer.decode("utf-8", "replace").splitlines()

    def _login_failure(self) -> MachineUnreachable:
        if self._out.is_full or self._err.is_full:
            return self._unreachable("ssh-flood")
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_S)
        has_logged_in = self.control.exists()
        if self.is_alive:
            return self._unreachable("ssh-hangs" if has_logged_in else "ssh-silent", f"{OPEN_S:.0f}")
        self._err.wait_for_end(time.monotonic() + _END_S)
        code, detail = classify_ssh_failure(self._stderr)
        if code == "ssh-failed" and not detail:
            return self._unreachable("ssh-no-shell", str(self._process.returncode))
        return self._unreachable(code, detail)

    def _unreachable(self, code: str, detail: str = "") -> MachineUnreachable:
        return MachineUnreachable(code, where=self.where, user=self.user, detail=detail)


def _close_master(owner: int, process: subprocess.Popen[bytes], folder: PrivateFolder) -> None:
    """Ends `ssh` and what it has started (a `ProxyCommand`, a jump), and removes its folder."""
    if os.getpid() != owner:
        return  # a fork of the owner
    assert process.stdin
    process.stdin.close()
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    folder.remove()
