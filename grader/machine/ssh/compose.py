"""`docker compose` of a machine behind `ssh`: the one that is there, in the project's own folder."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from grader.machine.compose import CAP, CHANGE_S, LOOK_S, arguments
from grader.machine.compose_trust import is_whole_path
from grader.machine.question import Answer, NoAnswer
from grader.machine.ssh.backend import NoResult
from grader.machine.text import visible

if TYPE_CHECKING:
    from testinfra.host import Host

    from grader.machine.question import ComposeQuestion

__all__ = ["SshCompose"]

_NO_FOLDER: Final = 44
_NO_COMPOSE: Final = 45
"""Exit codes that no command has by itself."""
_COMMAND: Final = f"""\
cd -- %s 2>/dev/null || exit {_NO_FOLDER}; \
PATH=$PATH:/usr/local/bin:/opt/homebrew/bin:$HOME/.docker/bin; \
for name in $(env | sed -n "s/^\\(COMPOSE_[A-Z_]*\\)=.*/\\1/p"); do unset "$name"; done; \
unset DOCKER_CONTEXT; export PWD DOCKER_HOST=%s; \
for compose in "docker compose" docker-compose none; do \
case $($compose version --short 2>/dev/null) in [2-9]*|v[2-9]*|[1-9][0-9]*) break;; esac; done; \
test "$compose" = none && exit {_NO_COMPOSE}; \
$compose version --short; exec 3>&1; \
said=$($compose {{arguments}} 2>&1 >&3) || {{{{ code=$?; echo "$said"; exit $code; }}}}"""
"""Not in a login shell, so that some of the usual places are missing. What is graded is what the labels tell: compose
takes files and names from the environment too. The old `docker-compose` 1 does not tell what it reads. What it says
beside its answer is only kept where it refuses."""


class SshCompose:
    def __init__(self, host: Host, socket: str) -> None:
        """`socket`: the engine's own, on the machine."""
        self._host = host
        self._socket = socket

    def ask(self, question: ComposeQuestion) -> Answer | NoAnswer:
        """As `LocalCompose` answers. Raises `MachineUnreachable` where the connection is gone."""
        for path in (question.folder, *question.files, *question.env_files):
            # Labels are data: compose, there too, would fetch what is an address.
            if not (path.startswith("/") and is_whole_path(path)):
                return NoAnswer("no-access", f"{visible(path, 120)}: not the whole path of a file")
        within_s = LOOK_S if question.verb in {"config", "hashes"} else CHANGE_S
        typed = shlex.join(arguments(question)).replace("%", "%%")
        try:
            done = self._host.run(
                _COMMAND.format(arguments=typed), question.folder, f"unix://{self._socket}", within_s=within_s
            )
        except NoResult as error:
            return NoAnswer(error.reason, error.detail)
        if done.rc == _NO_FOLDER:
            return NoAnswer("not-at-hand", visible(question.folder))
        if done.rc == _NO_COMPOSE:
            return NoAnswer("not-at-hand", "docker compose")
        version, _, body = done.stdout_bytes.partition(b"\n")
        headers = {"version": visible(version.strip().removeprefix(b"v"), 40)}
        return Answer(200 if done.succeeded else 422, body[:CAP], headers, truncated=len(body) > CAP)
