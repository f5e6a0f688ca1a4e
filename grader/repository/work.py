"""Finds the work of one exercise in a repository, by the names that the sheets give."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

__all__ = ["COMPOSE_NAMES", "Kind", "Work", "find_work", "is_compose_override"]

COMPOSE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""In Compose's own order: where there are two, the first is the one that runs."""
_SCRIPT, _DOCKERFILE = "up.sh", "Dockerfile"
_EXERCISE = re.compile(r"([a-z]+)([0-9]+)")


class Kind(Enum):
    """What brings the work up."""

    SCRIPT = "script"
    COMPOSE = "compose"
    DOCKERFILE = "dockerfile"


@dataclass(frozen=True, slots=True)
class Work:
    kind: Kind
    folder: Path
    """Below the repository; `.` for the repository itself."""
    file: str
    """What is run or built, a name in `folder`."""
    override: str | None = None
    """The compose file that Compose merges into the first one, where there is one."""

    @property
    def compose_files(self) -> tuple[str, ...]:
        return tuple(name for name in (self.file, self.override) if name) if self.kind is Kind.COMPOSE else ()


def find_work(root: Path, exercise: str) -> Work | None:
    """The work for `exercise` (`tp6`) in the repository at `root`; `None` where there is nothing to bring up.

    It is looked for in the folder `tp6/` (also `TP6`, `tp06`, `tp-6`, `TP 6`), then at the top of the repository. In
    a folder, `up.sh` comes first, since only the student knows what else must be said (`--scale web=3`); then a
    compose file by one of Compose's own four names; then a `Dockerfile`. Links are not followed out of the repository.
    """
    real = Path(os.path.realpath(root))
    for folder in [*_folders_of(real, exercise), real]:
        if work := _in_folder(real, folder):
            return work
    return None


def _folders_of(root: Path, exercise: str) -> list[Path]:
    match = _EXERCISE.fullmatch(exercise.lower())
    spelled = rf"{match[1]}[-_ ]?0*{match[2]}" if match else re.escape(exercise)
    found = [entry for entry in root.iterdir() if re.fullmatch(spelled, entry.name, re.IGNORECASE) and entry.is_dir()]
    return sorted(found, key=lambda entry: (entry.name != exercise, entry.name))


def _in_folder(root: Path, folder: Path) -> Work | None:
    real = Path(os.path.realpath(folder))
    if not real.is_relative_to(root):
        return None
    below = real.relative_to(root)
    if _is_there(real, _SCRIPT):
        return Work(Kind.SCRIPT, below, _SCRIPT)
    for name in COMPOSE_NAMES:
        if _is_there(real, name):
            return Work(
                Kind.COMPOSE, below, name, next((one for one in _overrides(name) if _is_there(real, one)), None)
            )
    return Work(Kind.DOCKERFILE, below, _DOCKERFILE) if _is_there(real, _DOCKERFILE) else None


def is_compose_override(name: str) -> bool:
    return any(name in _overrides(one) for one in COMPOSE_NAMES)


def _overrides(name: str) -> tuple[str, ...]:
    """What Compose merges into the file `name`, in its own order."""
    stem, dot, extension = name.rpartition(".")
    return f"{stem}.override{dot}{extension}", f"{stem}.override.yml", f"{stem}.override.yaml"


def _is_there(folder: Path, name: str) -> bool:
    """By exact name, on disks that fold case too. What it is, and where a link leads, is for the policy to judge."""
    return name in os.listdir(folder)  # noqa: PTH208  # names are wanted, not paths
