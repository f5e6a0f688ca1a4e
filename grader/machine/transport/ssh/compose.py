"""`docker compose` over SSH: the machine's own, in the project's folder."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from grader.machine.question import Answer, NoAnswer
from grader.machine.transport.compose import CHANGE_TIMEOUT_S, MAX_BYTES, READ_TIMEOUT_S, compose_arguments
from grader.machine.transport.compose_trust import is_absolute_path
from grader.machine.transport.ssh.testinfra_backend import CommandFailed
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from testinfra.host import Host

    from grader.machine.question import ComposeQuestion

_NO_FOLDER: Final = 44
_NO_COMPOSE: Final = 45
"""Exit codes that no other command uses."""
_COMMAND: Final = f"""\
cd -- %s 2>/dev/null || exit {_NO_FOLDER}; \
PATH=$PATH:/usr/local/bin:/opt/homebrew/bin:$HOME/.docker/bin; \
for name in $(env | sed -n "s/^\\(COMPOSE_[A-Z_]*\\)=.*/\\1/p"); do unset "$name"; done; \
unset DOCKER_CONTEXT; export PWD DOCKER_HOST=%s; \
for compose in "docker compose" docker-compose none; do \
case $($compose version --short 2>/dev/null) in [2-9]*|v[2-9]*|[1-9][0-9]*) break;; esac; done; \
test "$compose" = none && exit {_NO_COMPOSE}; \
$compose version --short; exec 3>&1; \
output=$($compose {{arguments}} 2>&1 >&3) || {{{{ code=$?; echo "$output"; exit $code; }}}}"""
"""Not a login shell, so some of the usual folders are missing from PATH. The labels say what is graded: compose
takes files and names from the environment too. The old `docker-compose` 1 does not report what it reads. Its messages
are only kept if it fails."""


class SshCompose:
    def __init__(self, host: Host, socket: str) -> None:
        """`socket`: the engine's socket on the machine."""
        self._host = host
        self._socket = socket

    def ask(self, question: ComposeQuestion) -> Answer | NoAnswer:
        """Answers like `LocalCompose`. Raises `MachineUnreachable` if the connection is lost."""
        for path in (question.folder, *question.files, *question.env_files):
            # Labels are data: compose, there too, would fetch what is an address.
            if not (path.startswith("/") and is_absolute_path(path)):
                return NoAnswer("no-access", f"{escape_control_characters(path, 120)}: not the whole path of a file")
        within_s = READ_TIMEOUT_S if question.verb in {"config", "hashes"} else CHANGE_TIMEOUT_S
        typed = shlex.join(compose_arguments(question)).replace("%", "%%")
        try:
            done = self._host.run(
                _COMMAND.format(arguments=typed), question.folder, f"unix://{self._socket}", within_s=within_s
            )
        except CommandFailed as error:
            return NoAnswer(error.reason, error.detail)
        if done.rc == _NO_FOLDER:
            return NoAnswer("not-at-hand", escape_control_characters(question.folder))
        if done.rc == _NO_COMPOSE:
            return NoAnswer("not-at-hand", "docker compose")
        version, _, body = done.stdout_bytes.partition(b"\n")
        headers = {"version": escape_control_characters(version.strip().removeprefix(b"v"), 40)}
        return Answer(200 if done.succeeded else 422, body[:MAX_BYTES], headers, truncated=len(body) > MAX_BYTES)
