"""Files and folders of a machine over SSH, by testinfra's commands over the open connection."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grader.machine.question import Answer, FileQuestion, NoAnswer
from grader.machine.temporary_files import PREFIX, STALE_S, is_abandoned, is_grader_file
from grader.machine.transport.files import MAX_BYTES, MAX_ENTRIES
from grader.machine.transport.ssh.testinfra_backend import CommandFailed
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from testinfra.host import Host

_NOT_A_FILE: Final = 44
"""An exit code that no other command uses."""
_ABSENT: Final = (b"No such file", b"nonexistent", b"Not a directory")
"""Messages of shells and `ls` for a missing file in the C locale."""

_IDENTIFY: Final = (
    'p=%s; case "$p" in "~"/*) p="$HOME/${p#"~/"}";; esac; LC_ALL=C ls -dL -- "$p" > /dev/null || exit 1; '
    '{ stat -L -c %%d:%%i -- "$p" || stat -L -f %%d:%%i -- "$p"; } 2> /dev/null && readlink -f -- "$p"'
)
"""GNU's `stat`, else that of BSD and macOS."""
_LIST: Final = "LC_ALL=C ls -1Ap -- %s"
_READ: Final = f"if test -f %s; then head -c {MAX_BYTES + 1} < %s; else LC_ALL=C ls -d -- %s && exit {_NOT_A_FILE}; fi"
_WRITE: Final = (
    f"umask 022; set -C; export LC_ALL=C; printf %%b %s > %s || exit 1; ls -1A -- %s | grep -F {PREFIX}; true"
)
_LISTENER: Final = "ss -Hltnp %s"
_PROGRAM: Final = re.compile(rb'users:\(\("([^"]+)"')
_REMOVE: Final = "LC_ALL=C rm -f -- %s"
_REMOVE_OLD: Final = f"find %s -maxdepth 0 -type f -mmin +{STALE_S // 60} -exec rm -f -- {{}} +"


class SshFiles:
    def __init__(self, host: Host) -> None:
        self._host = host

    def ask(self, question: FileQuestion) -> Answer | NoAnswer:  # noqa: PLR0911 - one return per operation
        """Answers like `LocalFiles`. Raises `MachineUnreachable` if the connection is lost."""
        path = question.path
        if question.operation == "listener":
            return self._find_listener(int(path))
        if not path.startswith(("/", "~/") if question.operation == "identify" else "/"):
            return NoAnswer("no-access", f"not an absolute path: {escape_control_characters(path)}")
        try:
            match question.operation:
                case "identify":
                    return self._identify(path)
                case "list":
                    return self._list(path)
                case "read":
                    return self._read(path)
                case "write":
                    return self._write(path, question.body)
                case "remove":
                    return self._run(_REMOVE, path) if is_grader_file(path) else Answer()
        except CommandFailed as error:
            return NoAnswer(error.reason, error.detail)

    def _find_listener(self, port: int) -> Answer | NoAnswer:
        try:
            got = self._run(_LISTENER, f"sport = :{port}")
        except CommandFailed as error:
            return NoAnswer(error.reason, error.detail)
        found = _PROGRAM.search(got.body) if isinstance(got, Answer) else None
        return Answer(200, found[1]) if found else Answer(404)

    def _identify(self, path: str) -> Answer | NoAnswer:
        got = self._run(_IDENTIFY, path)
        return Answer(200, got.body.rstrip(b"\n")) if isinstance(got, Answer) and got.status == 200 else got

    def _list(self, path: str) -> Answer | NoAnswer:
        # With `/.` what is no folder is an error, and what a link leads to is listed.
        got = self._run(_LIST, f"{path}/.")
        if isinstance(got, NoAnswer) or got.status != 200:
            return got
        return Answer(200, b"\n".join(sorted(got.body.splitlines())[:MAX_ENTRIES]))

    def _read(self, path: str) -> Answer | NoAnswer:
        got = self._run(_READ, path, path, path)
        if isinstance(got, NoAnswer) or got.status != 200:
            return got
        return Answer(200, got.body[:MAX_BYTES], truncated=len(got.body) > MAX_BYTES)

    def _write(self, path: str, body: bytes) -> Answer | NoAnswer:
        if not is_grader_file(path):
            raise RuntimeError(f"a run writes only {PREFIX} names, not {path}")
        folder = path.rpartition("/")[0] or "/"
        in_octal = "".join(f"\\0{byte:03o}" for byte in body)
        got = self._run(_WRITE, in_octal, path, folder)
        if isinstance(got, NoAnswer) or got.status != 200:
            return got
        self._sweep(folder, got.body.decode("utf-8", "replace").splitlines())
        return Answer()

    def _sweep(self, folder: str, names: list[str]) -> None:
        """Removes files of runs that were killed: those of this computer by process, others by age."""
        for name in names:
            dead = is_abandoned(name)
            if is_grader_file(name) and dead is not False:
                self._run(_REMOVE if dead else _REMOVE_OLD, f"{folder}/{name}")

    def _run(self, command: str, *args: str) -> Answer | NoAnswer:
        """The output; 404 if the command reports a missing file."""
        done = self._host.run(f"({command}) 2>&1", *args)
        output = done.stdout_bytes
        if done.succeeded:
            return Answer(200, output)
        if done.rc == _NOT_A_FILE or any(word in output for word in _ABSENT):
            return Answer(404)
        return NoAnswer("no-access", escape_control_characters(output.strip(), 160))
