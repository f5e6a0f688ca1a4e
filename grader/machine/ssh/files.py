"""Files and folders of a machine behind `ssh`: testinfra's commands, over the connection that is there already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.machine.files import CAP, ENTRIES
from grader.machine.question import Answer, FileQuestion, NoAnswer
from grader.machine.ssh.backend import NoResult
from grader.machine.text import visible
from grader.machine.traces import PREFIX, STALE_S, is_of_a_dead_run, is_ours

if TYPE_CHECKING:
    from testinfra.host import Host

__all__ = ["SshFiles"]

_NOT_A_FILE: Final = 44
"""An exit code that no command has by itself."""
_ABSENT: Final = (b"No such file", b"nonexistent", b"Not a directory")
"""What shells and `ls` say of it in the C locale."""

_LIST: Final = "LC_ALL=C ls -1Ap -- %s"
_READ: Final = f"if test -f %s; then head -c {CAP + 1} < %s; else LC_ALL=C ls -d -- %s && exit {_NOT_A_FILE}; fi"
_WRITE: Final = (
    f"umask 022; set -C; export LC_ALL=C; printf %%b %s > %s || exit 1; ls -1A -- %s | grep -F {PREFIX}; true"
)
_REMOVE: Final = "LC_ALL=C rm -f -- %s"
_REMOVE_OLD: Final = f"find %s -maxdepth 0 -type f -mmin +{STALE_S // 60} -exec rm -f -- {{}} +"


class SshFiles:
    def __init__(self, host: Host) -> None:
        self._host = host

    def ask(self, question: FileQuestion) -> Answer | NoAnswer:
        """As `LocalFiles` answers. Raises `MachineUnreachable` where the connection is gone."""
        path = question.path
        if not path.startswith("/"):
            return NoAnswer("no-access", f"not an absolute path: {visible(path)}")
        try:
            match question.operation:
                case "list":
                    return self._list(path)
                case "read":
                    return self._read(path)
                case "write":
                    return self._write(path, question.body)
                case "remove":
                    return self._run(_REMOVE, path) if is_ours(path) else Answer()
        except NoResult as error:
            return NoAnswer(error.reason, error.detail)

    def _list(self, path: str) -> Answer | NoAnswer:
        # With `/.` what is no folder is an error, and what a link leads to is listed.
        got = self._run(_LIST, f"{path}/.")
        if isinstance(got, NoAnswer) or got.status != 200:
            return got
        return Answer(200, b"\n".join(sorted(got.body.splitlines())[:ENTRIES]))

    def _read(self, path: str) -> Answer | NoAnswer:
        got = self._run(_READ, path, path, path)
        if isinstance(got, NoAnswer) or got.status != 200:
            return got
        return Answer(200, got.body[:CAP], truncated=len(got.body) > CAP)

    def _write(self, path: str, body: bytes) -> Answer | NoAnswer:
        if not is_ours(path):
            raise RuntimeError(f"a run writes only {PREFIX} names, not {path}")
        folder = path.rpartition("/")[0] or "/"
        in_octal = "".join(f"\\0{byte:03o}" for byte in body)
        got = self._run(_WRITE, in_octal, path, folder)
        if isinstance(got, NoAnswer) or got.status != 200:
            return got
        self._sweep(folder, got.body.decode("utf-8", "replace").splitlines())
        return Answer()

    def _sweep(self, folder: str, names: list[str]) -> None:
        """Removes what runs that were killed have left: those of this computer are known, others' are told by age."""
        for name in names:
            dead = is_of_a_dead_run(name)
            if is_ours(name) and dead is not False:
                self._run(_REMOVE if dead else _REMOVE_OLD, f"{folder}/{name}")

    def _run(self, command: str, *args: str) -> Answer | NoAnswer:
        """What it printed; 404 where it says that there is no such thing."""
        done = self._host.run(f"({command}) 2>&1", *args)
        said = done.stdout_bytes
        if done.succeeded:
            return Answer(200, said)
        if done.rc == _NOT_A_FILE or any(word in said for word in _ABSENT):
            return Answer(404)
        return NoAnswer("no-access", visible(said.strip(), 160))
