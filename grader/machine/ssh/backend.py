"""testinfra's way to run a command on a machine, made safe for one that is not to be trusted.

By itself it waits for ever, keeps whatever comes, takes for an answer what a `.bashrc` prints, and opens a connection
of its own where the one that is there refuses.
"""

from __future__ import annotations

import re
import secrets
import shlex
from typing import TYPE_CHECKING, Any, Final, Literal

from testinfra.backend.ssh import SshBackend

from grader.machine.files import CAP
from grader.machine.pipes import run_bounded
from grader.machine.ssh.options import client_command
from grader.machine.text import visible

if TYPE_CHECKING:
    from testinfra.backend.base import CommandResult

    from grader.machine.ssh.master import SshMaster

__all__ = ["BoundedSsh", "NoResult"]

CALL_S: Final = 20.0
_MOST: Final = CAP + 64 * 1024
"""Bytes of an answer and of what a shell may say before it."""


class NoResult(Exception):
    """The command did not come to its end."""

    def __init__(self, reason: Literal["timeout", "too-large", "not-at-hand"], detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class BoundedSsh(SshBackend):  # type: ignore[misc] # testinfra's types are not published
    NAME = "grader-ssh"

    def __init__(self, master: SshMaster) -> None:
        super().__init__("master")
        self._encoding = "utf-8"  # else it starts Python there, to ask for one
        self._master = master

    def run(self, command: str, *args: str, within_s: float | None = None, **_: Any) -> CommandResult:
        """What the command printed on its standard output. Raises `NoResult`, `MachineUnreachable`."""
        word = secrets.token_hex(8)
        wanted = self.get_command(command, *args)
        script = f'printf "<%s>\\n" {word}; ({wanted}); printf "</%s %d>" {word} $?'
        typed = client_command(self._master.control, "-T", "master", f"exec sh -c {shlex.quote(script)}")
        try:
            ran = run_bounded(typed, within_s=within_s or CALL_S, most=_MOST)
        except (OSError, ValueError) as error:  # a NUL, half a character, or far too much of them in a name
            raise NoResult("not-at-hand", visible(str(error), 160)) from error
        answer = re.search(rf"<{word}>\n(.*)</{word} (\d+)>".encode(), ran.out, re.DOTALL)
        if answer:
            return self.result(int(answer[2]), wanted.encode("utf-8", "replace"), answer[1], b"")
        lost = self._master.why_lost()
        if lost:
            raise lost
        if len(ran.out) >= _MOST:
            raise NoResult("too-large", f"more than {_MOST} bytes")
        if ran.code is None:
            raise NoResult("timeout", f"no end after {within_s or CALL_S:.0f} s")
        raise NoResult("not-at-hand", visible(ran.err.strip(), 160))
