"""The remedies of TP1: a container that is entered and left, and one in the background."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from tests.robot.remedies.containers import rename, retag, uncommit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.robot.case import Case


def _on_a_terminal(command: str, *keys: str) -> str:
    """The command on a terminal, and what is typed there."""
    lines = "\n".join(keys)
    return f"script --quiet --return --command {shlex.quote(command)} /dev/null <<'KEYS'\n{lines}\nexit\nKEYS"


def _is_entered(case: Case) -> bool:
    """Whether the screen names the container with the file, which is entered, and not the one in the background."""
    return case.role(case["name"]) in {one.container for one in case.spec.files.values()}


def _enter_twice(case: Case, first: str) -> str:
    """The file is written, the shell is left, and the same container is started again and left again."""
    name, path = case["name"], next(iter(case.spec.files.values())).path
    # The file must be older than the next start, in whole seconds.
    write = _on_a_terminal(first, f"rm -rf {path}", f"echo 'une ligne' > {path}", "sleep 1")
    return f"{write}\n{_on_a_terminal(f'docker start -i {name}', f'cat {path}')}"


def make(case: Case) -> str:
    """A new container, with the handout's steps for it from the first to the last."""
    wanted, shell = case.wanted(case["name"]), case.spec.texts["shell"]
    options = f"--name {wanted.name} {wanted.image} {shell}"
    remove = f"docker rm -f {wanted.name}"
    if not _is_entered(case):
        return f"{remove}\ndocker run -dti {options}"
    return f"{remove}\n{_enter_twice(case, f'docker run -ti {options}')}"


def without_the_file(case: Case) -> str:
    """A new container, without the file in its image: the handout's own image may have to be restored first."""
    restore = f"{uncommit(case)}\n" if case["image"] == case.wanted(case["name"]).image else ""
    return f"{restore}{make(case)}"


def write_the_file(case: Case) -> str:
    """In the container that is there."""
    return _enter_twice(case, f"docker start -i {case['name']}")


def leave(case: Case) -> str:
    return _on_a_terminal(f"docker attach {case['name']}")


def enter_and_leave(case: Case) -> str:
    return _on_a_terminal(f"docker start -i {case['name']}")


def start(case: Case) -> str:
    return f"docker unpause {case['name']} 2>/dev/null; docker start {case['name']}"


def remove_left_overs(case: Case) -> str:
    return f"docker rm -f {case['names'].replace(',', ' ')}"


REMEDIES: Final[Mapping[str, Callable[[Case], str]]] = {
    "container-missing": make,
    "container-misnamed": rename,
    "container-unnamed": rename,
    "container-other-image": make,
    "container-created": start,
    "container-stopped": start,
    "container-paused": start,
    "container-exited": make,
    "container-crash-loop": make,
    "shell-without-terminal": make,
    "command-other": make,
    "no-terminal": make,
    "no-tty": make,
    "no-stdin": make,
    "process-1-other": make,
    "process-of-the-machine": make,
    "hostname-of-the-machine": make,
    "still-inside": leave,
    "not-left-again": leave,
    "left-by-force": enter_and_leave,
    "left-after-a-failure": enter_and_leave,
    "never-restarted": enter_and_leave,
    "file-written-late": enter_and_leave,
    "file-changed-late": enter_and_leave,
    "file-not-made": write_the_file,
    "file-elsewhere": write_the_file,
    "file-misnamed": write_the_file,
    "file-in-another-container": write_the_file,
    "file-empty": write_the_file,
    "not-a-file": write_the_file,
    "file-in-image": without_the_file,
    "file-on-a-mount": make,
    "file-on-tmpfs": make,
    "image-gone": retag,
    "image-committed-over": uncommit,
    "left-over-running": remove_left_overs,
    "left-over-stopped": remove_left_overs,
}
"""In place of those of other containers with the same code."""
