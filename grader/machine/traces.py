"""The files that a run may leave for a moment on a machine: their names, and which of them nobody will take away."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import secrets
from typing import Final

__all__ = ["PREFIX", "STALE_S", "is_of_a_dead_run", "is_ours", "new_word"]

PREFIX: Final = ".grader-"
STALE_S: Final = 3600
"""Seconds after which a file of another computer's run is left over: several times what a run may take."""
_WORD: Final = re.compile(r"(?P<host>[0-9a-f]{8})-(?P<pid>[0-9]{1,10})-[0-9a-f]+")


def new_word() -> str:
    """`<computer>-<process>-<chance>`: nobody can have prepared it, and it tells whose it is.

    The computer is part of it since a student may grade a machine while a teacher grades it over SSH: the number of a
    process says nothing to the other.
    """
    return f"{_this_computer()}-{os.getpid()}-{secrets.token_hex(8)}"


def is_ours(path: str) -> bool:
    """True for the only names that a run may write or remove on a machine."""
    return path.rsplit("/", 1)[-1].startswith(PREFIX)


def is_of_a_dead_run(name: str) -> bool | None:
    """Whether the run of this computer that made `name` has ended; `None` where only the file's age can tell."""
    found = _WORD.match(name.removeprefix(PREFIX))
    if not found or found["host"] != _this_computer() or os.name != "posix":
        return None
    try:
        os.kill(int(found["pid"]), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        return False
    return False


def _this_computer() -> str:
    return hashlib.sha256(platform.node().encode("utf-8", "replace")).hexdigest()[:8]
