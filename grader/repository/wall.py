"""A wall around a student's script: its own processes, its own view of the disk, no rights, nothing of ours in reach.

Linux namespaces by unshare(1). Inside there is the system's `/usr`, a small `/tmp`, and the area of this run, under
the same path as outside since the engine must find the same folders. No home, no checkout, no results, no process
of ours. When the first process of the script ends, the kernel ends all others: nothing survives.

Not held back: the network, and whatever the engine that the script commands can do to the engine's own machine. That
is why a script runs only on an engine that is thrown away.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.errors import GraderError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Wall", "build_wall"]

_INSIDE: Final = Path(__file__).with_name("wall_inside.py")
_NEW: Final = ("--mount", "--pid", "--ipc", "--fork", "--kill-child=KILL", "--propagation", "private")
_FIRST_UID, _UIDS = 60_001, 5_000
"""Ids that no distribution gives away, and few enough to exist inside a container's own id range."""

_LIMITS: Final = {
    "RLIMIT_NPROC": 512,  # threads; `docker compose` needs some forty
    "RLIMIT_FSIZE": 512 * 1024 * 1024,
    "RLIMIT_NOFILE": 1024,
    "RLIMIT_CORE": 0,
}


@dataclass(frozen=True, slots=True)
class Wall:
    """How a program is started behind the wall."""

    prefix: tuple[str, ...]
    uid: int | None
    """Who it runs as; `None` where it runs as this user in a user namespace."""
    limits: Mapping[str, int] = field(default_factory=lambda: dict(_LIMITS))

    def command(
        self, argv: Sequence[str], *, area: Path, cwd: Path, env: Mapping[str, str], files: Mapping[str, str]
    ) -> list[str]:
        """The command line that runs `argv` (an absolute path first) in `cwd`, with only `area` to write to.

        `files` are single files and sockets from elsewhere, shown read-only in other places.
        """
        world = area.parent / "world"
        world.mkdir(exist_ok=True)
        config = {
            "world": str(world),
            "area": str(area),
            "files": dict(files),
            "uid": self.uid,
            "limits": dict(self.limits),
            "cwd": str(cwd),
            "env": dict(env),
            "argv": list(argv),
        }
        return [*self.prefix, sys.executable, "-I", "-S", str(_INSIDE), json.dumps(config)]

    def own(self, path: Path) -> None:
        """Gives what is under `path` to whoever runs behind the wall."""
        if self.uid is None:
            return
        os.lchown(path, self.uid, self.uid)
        for top, folders, files in os.walk(path):
            for name in (*folders, *files):
                os.lchown(Path(top, name), self.uid, self.uid)


def build_wall() -> Wall:
    """The wall that this machine can build. Raises `GraderError` where it can build none."""
    unshare, setpriv = shutil.which("unshare"), shutil.which("setpriv")
    if unshare is None or setpriv is None:
        raise GraderError("a script (up.sh) runs behind a wall that needs Linux and util-linux's unshare and setpriv")
    root = os.geteuid() == 0
    new = _NEW if root else ("--user", "--map-root-user", *_NEW)
    # The script ends with the grader, even when that is killed: otherwise it would go on commanding the engine.
    prefix = (setpriv, "--pdeathsig", "KILL", unshare, *new)
    tried = subprocess.run([*prefix, "true"], capture_output=True, timeout=20, check=False)
    if tried.returncode != 0:
        said = tried.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise GraderError(
            f"a script (up.sh) runs behind a wall that this machine does not let be built ({said}): "
            "run as root in a privileged container, as docker:dind needs anyway, or hand in a compose.yaml"
        )
    return Wall(prefix, _FIRST_UID + secrets.randbelow(_UIDS) if root else None)
