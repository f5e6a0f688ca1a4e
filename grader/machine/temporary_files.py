"""The temporary files of a run on a machine: their names, and which of them are abandoned."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import secrets
from typing import Final

PREFIX: Final = ".grader-"
STALE_S: Final = 3600
"""Seconds after which a file of another computer's run counts as abandoned: several times a run's limit."""
_NONCE: Final = re.compile(r"(?P<host>[0-9a-f]{8})-(?P<pid>[0-9]{1,10})-[0-9a-f]+")


def new_nonce() -> str:
    """`<computer>-<process>-<random>`: unpredictable, and it names its owner.

    The computer is part of it because a student may grade a machine while a teacher grades it over SSH: a process id
    means nothing on the other computer.
    """
    return f"{_this_computer()}-{os.getpid()}-{secrets.token_hex(8)}"


def is_grader_file(path: str) -> bool:
    """True for the only names that a run may write or remove on a machine."""
    return path.rsplit("/", 1)[-1].startswith(PREFIX)


def is_abandoned(name: str) -> bool | None:
    """Whether the run of this computer that made `name` has ended; `None` if only the file's age can tell."""
    found = _NONCE.match(name.removeprefix(PREFIX))
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
