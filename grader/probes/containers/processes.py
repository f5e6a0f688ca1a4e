"""Processes in a container and their users. Source: `docker top`, and `/proc/*/status` in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from grader.probes.containers.commands import run_in_container
from grader.probes.engine_json import decode
from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.inspect import ContainerFact

_FIELDS: Final = re.compile(rb"^(Pid|PPid|Uid):\s+(\d{1,18})\b(?:\s+(\d{1,18})\b)?", re.MULTILINE)


_OTHER_EXECUTABLE: Final = (
    'own=$(command -v "$0") && file=$(readlink /proc/1/exe) && [ -e "$file" ] && ! [ "$file" -ef "$own" ] '
    '&& echo "$file"'
)
"""An executable that is gone was replaced by a newer version since, which is nobody's mistake."""


class _RawTop(msgspec.Struct, rename="pascal"):
    titles: list[str] | None = None
    processes: list[list[str]] | None = None


def read_process_1(machine: Machine, container: ContainerFact) -> str:
    """The command of a running container's process 1 as it is now: a shell may have replaced itself with `exec`.

    If the engine cannot list processes (it needs the machine's `ps`), the command that the container was started with.
    """
    answer = machine.engine(f"/containers/{container.id}/top")
    if answer.status == 200:
        top = decode(answer, _RawTop, "docker top")
        titles = [title.upper() for title in top.titles or []]
        for row in top.processes or []:
            fields = dict(zip(titles, row, strict=False))
            # Docker lists the process ids of the machine, Podman those of the container.
            if fields.get("PID") in {str(container.pid), "1"}:
                return fields.get("CMD") or fields.get("COMMAND") or ""
    return " ".join(container.command)


def find_other_executable(machine: Machine, container: ContainerFact, program: str) -> str:
    """The executable of process 1 if it is not the container's own `program`; otherwise empty.

    A name proves nothing: `exec -a bash sleep` has the name of a shell. Also empty if the executable cannot be seen.
    """
    result = run_in_container(machine, container.id, "sh", "-c", _OTHER_EXECUTABLE, program)
    # If there is no shell inside, some engines write their own error to its output.
    return "" if result is None or result.exit_code != 0 else escape_control_characters(result.stdout.strip(), 200)


def find_program_users(machine: Machine, container: ContainerFact) -> frozenset[int] | None:
    """The ids of the users that a running container's programs run as, inside the container.

    `docker top` would show the ids of the machine, which differ with user namespaces. `None` if nothing may be run, or
    nothing can be read.
    """
    result = run_in_container(machine, container.id, "sh", "-c", "cat /proc/[0-9]*/status")
    return parse_users(result.stdout) if result else None


def parse_users(statuses: bytes) -> frozenset[int] | None:
    """The users of the processes without children, below process 1: a shell, `su` or a master only starts them.

    `statuses`: the text of `/proc/<pid>/status` of each process. Processes of `docker exec` are left out.
    """
    parents: dict[int, int] = {}
    users: dict[int, int] = {}
    pid = 0
    for name, first, second in _FIELDS.findall(statuses):
        if name == b"Pid":
            pid = int(first)
        elif name == b"PPid":
            parents[pid] = int(first)
        elif second:
            users[pid] = int(second)
    children: dict[int, list[int]] = {}
    for child, parent in parents.items():
        children.setdefault(parent, []).append(child)
    own, young = {1}, [1]
    while young:
        more = [child for child in children.get(young.pop(), ()) if child not in own]
        own.update(more)
        young += more
    last = own - {parents.get(pid, 0) for pid in own}
    return frozenset(users[pid] for pid in last if pid in users) or None
