"""testinfra's backend for running commands, made safe for an untrusted machine.

By itself it waits forever, keeps all output, mistakes the output of a `.bashrc` for an answer, and opens a connection
of its own if the existing one refuses.
"""

from __future__ import annotations

import re
import secrets
import shlex
from typing import TYPE_CHECKING, Any, Final, Literal

from testinfra.backend.ssh import SshBackend

from grader.machine.transport.files import MAX_BYTES
from grader.machine.transport.ssh.options import client_command
from grader.programs.bounded import EndReason, Limits, run_bounded
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from testinfra.backend.base import CommandResult

    from grader.machine.transport.ssh.master import SshMaster

CALL_S: Final = 20.0
_MAX_OUTPUT: Final = MAX_BYTES + 64 * 1024
"""Bytes of an answer and of the shell's output before it."""


class CommandFailed(Exception):
    """The command did not end properly."""

    def __init__(self, reason: Literal["timeout", "too-large", "not-at-hand"], detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class BoundedSshBackend(SshBackend):  # type: ignore[misc] # testinfra's types are not published
    NAME = "grader-ssh"

    def __init__(self, master: SshMaster) -> None:
        super().__init__("master")
        self._encoding = "utf-8"  # else it starts Python there, to ask for one
        self._master = master

    def run(self, command: str, *args: str, within_s: float | None = None, **_: Any) -> CommandResult:
        """The command's standard output. Raises `CommandFailed`, `MachineUnreachable`."""
        word = secrets.token_hex(8)
        wanted = self.get_command(command, *args)
        script = f'printf "<%s>\\n" {word}; ({wanted}); printf "</%s %d>" {word} $?'
        typed = client_command(self._master.control, "-T", "master", f"exec sh -c {shlex.quote(script)}")
        try:
            done = run_bounded(typed, limits=Limits(within_s or CALL_S, _MAX_OUTPUT))
        except ValueError as error:  # a NUL or half a character in a name
            raise CommandFailed("not-at-hand", escape_control_characters(str(error), 160)) from error
        answer = re.search(rf"<{word}>\n(.*)</{word} (\d+)>".encode(), done.stdout, re.DOTALL)
        if answer:
            return self.result(int(answer[2]), wanted.encode("utf-8", "replace"), answer[1], b"")
        lost = self._master.lost_reason()
        if lost:
            raise lost
        match done.end_reason:
            case EndReason.OUTPUT_LIMIT:
                raise CommandFailed("too-large", f"more than {_MAX_OUTPUT} bytes")
            case EndReason.TIME_LIMIT:
                raise CommandFailed("timeout", f"no end after {within_s or CALL_S:.0f} s")
        raise CommandFailed("not-at-hand", escape_control_characters(done.reason or " ".join(done.stderr), 160))
