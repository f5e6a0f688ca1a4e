"""Decides which projects compose may run on: those whose files belong to the account that grades.

A project's folder and files come from the labels of its containers. Labels are data: an image may bring
them along, and an engine may be somebody else's. Instead of a file, compose also accepts a git
repository (`user@host:repo.git`) or a registry (`oci://…`), and fetches it; and a file can make it start programs
(`provider:`). So, as in git since CVE-2022-24765, nothing that belongs to another account is read.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.text.escaping import escape_control_characters

if TYPE_CHECKING:
    from grader.machine.question import ComposeQuestion

_ABSOLUTE: Final = re.compile(r"/(?!/)|[A-Za-z]:[\\/]")
"""The beginning of an absolute path: no option, no address, no share of another computer begins like this."""
_LONGEST: Final = 4096


def untrusted_reason(question: ComposeQuestion) -> str:
    """Why compose must not run on the files that the labels name; empty if it may."""
    named = (question.folder, *question.files, *question.env_files)
    for path in named:
        if not is_absolute_path(path) or not Path(path).is_absolute():
            return f"{escape_control_characters(path, 120)}: not the whole path of a file"
    folder = Path(question.folder).resolve()
    for path in question.env_files:
        # A person may name any file with `--env-file`; so may an image, with a label that its containers inherit.
        if not Path(path).resolve().is_relative_to(folder):
            return f"{escape_control_characters(path, 120)}: an environment file outside of the project's folder"
    for path in named:
        if not _is_trusted(Path(path)):
            return f"{escape_control_characters(path, 120)}: belongs to another account"
    return ""


def is_absolute_path(path: str) -> bool:
    """False for anything that a program could read as an option or as an address to fetch."""
    return len(path) <= _LONGEST and "\0" not in path and _ABSOLUTE.match(path) is not None


def trusted_accounts() -> frozenset[int]:
    """The accounts whose files and engines are trusted: this one, root, and under `sudo` the calling user."""
    own = os.geteuid()
    typed_by = os.environ.get("SUDO_UID", "") if own == 0 else ""
    return frozenset({0, own, *([int(typed_by)] if typed_by.isascii() and typed_by.isdecimal() else [])})


def _is_trusted(path: Path) -> bool:
    """True for a missing file too: compose reports it."""
    if os.name != "posix":
        return True
    try:
        return path.stat().st_uid in trusted_accounts()
    except (OSError, ValueError):
        return True
