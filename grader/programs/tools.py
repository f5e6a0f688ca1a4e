"""Finds the programs that the grader runs, and builds their environment."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from grader.errors import GraderError

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def find_tool(name: str, package: str) -> str:
    """Return the path of a program beside this Python or on `PATH`.

    Raises `GraderError` if there is none, naming the `package` that has it.
    """
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        raise GraderError("tool.missing", program=name, package=package)
    return found


def plain_environment(home: Path, **more: str) -> dict[str, str]:
    """An environment made from scratch: no other variable of the grader's is in it."""
    return {"PATH": PATH, "HOME": str(home), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"} | more
