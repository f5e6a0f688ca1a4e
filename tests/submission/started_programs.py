"""Which programs a command starts outside the sandbox, with their folder and arguments: read from strace(1).

A process is inside if it was created in a new PID namespace, and so is every process below it, which strace shows
under ids that no process outside has been given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from tests.lab.debian_packages import require_program

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_LINE: Final = re.compile(r"^(\d+) +(?:<\.\.\. (\w+) resumed>(.*)|(\w+)\((.*))$")
_MAKES_PROCESSES: Final = frozenset({"clone", "clone3", "fork", "vfork"})


@dataclass(frozen=True)
class StartedProgram:
    program: str
    arguments: str
    """As strace shows them, cut after 2,000 characters each."""
    folder: PurePosixPath
    in_sandbox: bool


def traced_command(command: Sequence[str], log: Path) -> list[str]:
    """The command line that runs `command` and writes what it starts to `log`."""
    calls = "execve,execveat,chdir,fchdir,clone,clone3,fork,vfork"
    strace = require_program("strace", "strace")
    return [strace, "-f", "--seccomp-bpf", "-y", "-s", "2000", "-e", f"trace={calls}", "-o", str(log), *command]


def programs_in_trace(lines: Iterable[str], folder: Path) -> list[StartedProgram]:
    """What was started, given that the first process of the log runs in `folder`."""
    log = _TraceReader(PurePosixPath(folder))
    for line in lines:
        if match := _LINE.match(line):
            log.read(*match.groups())
    return log.found


@dataclass
class _TraceReader:
    first: PurePosixPath
    found: list[StartedProgram] = field(default_factory=list)
    folders: dict[str, PurePosixPath] = field(default_factory=dict)
    inside: set[str] = field(default_factory=set)
    unfinished: dict[str, str] = field(default_factory=dict)
    making: dict[str, str] = field(default_factory=dict)
    """Processes that wait for the id of a child, and the call that creates it."""

    def read(self, pid: str, resumed: str | None, rest: str | None, call: str | None, text: str | None) -> None:
        if pid not in self.folders:
            self._add_process(pid)
        if resumed:
            self.making.pop(pid, None)
            self._end_call(pid, resumed, self.unfinished.pop(pid, "") + (rest or ""))
            return
        text = text or ""
        if call in {"execve", "execveat"} and (program := re.search(r'"([^"]*)"', text)):
            self.found.append(StartedProgram(program[1], text, self.folders[pid], pid in self.inside))
        if text.endswith("<unfinished ...>"):
            self.unfinished[pid] = text.removesuffix("<unfinished ...>")
            if call in _MAKES_PROCESSES:
                self.making[pid] = self.unfinished[pid]
        else:
            self._end_call(pid, call or "", text)

    def _add_process(self, pid: str) -> None:
        """The first process is ours; an id that no process outside was given, or waits for, is from inside."""
        making = {one: text for one, text in self.making.items() if one not in self.inside}
        parent = next((one for one, text in making.items() if "CLONE_NEWPID" in text), next(iter(making), None))
        if len(making) > 1:  # the one that waits until its child has started another program is the likelier one
            parent = next((one for one, text in making.items() if "VFORK" in text or not text), parent)
        self.folders[pid] = self.folders[parent] if parent else self.first
        if len(self.folders) > 1 and (parent is None or "CLONE_NEWPID" in making[parent]):
            self.inside.add(pid)

    def _end_call(self, pid: str, call: str, text: str) -> None:
        if call in _MAKES_PROCESSES and pid not in self.inside and (child := re.search(r"= (\d+)", text)):
            self.folders[child[1]] = self.folders[pid]
            if "CLONE_NEWPID" in text:
                self.inside.add(child[1])
            else:
                self.inside.discard(child[1])
        elif call == "chdir" and (to := re.match(r'"(.*)"\) += 0', text)):
            self.folders[pid] /= to[1]
        elif call == "fchdir" and (to := re.match(r"\d+<(.*)>\) += 0", text)):
            self.folders[pid] = PurePosixPath(to[1])
