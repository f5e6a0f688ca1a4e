"""Finds the submission for an exercise in a repository, by the names that the handouts give."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

COMPOSE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""In Compose's own order: of two, the first is the one that runs."""
_SCRIPT, _DOCKERFILE = "up.sh", "Dockerfile"
_EXERCISE = re.compile(r"([a-z]+)([0-9]+)")


class BringUpKind(Enum):
    """What brings a submission up."""

    SCRIPT = "script"
    COMPOSE = "compose"
    DOCKERFILE = "dockerfile"


@dataclass(frozen=True, slots=True)
class SubmissionLayout:
    kind: BringUpKind
    folder: Path
    """Below the repository; `.` for the repository itself."""
    file: str
    """The file that is run or built: a name in `folder`."""
    override: str | None = None
    """The compose file that Compose merges into the first one, if there is one."""

    @property
    def compose_files(self) -> tuple[str, ...]:
        return tuple(name for name in (self.file, self.override) if name) if self.kind is BringUpKind.COMPOSE else ()


def find_layout(root: Path, exercise: str) -> SubmissionLayout | None:
    """Return the submission for `exercise` (`tp6`) in the repository at `root`; `None` if there is nothing to bring up.

    It is searched in the folder `tp6/` (also `TP6`, `tp06`, `tp-6`, `TP 6`), then at the top of the repository. In
    a folder, `up.sh` comes first, since only the student knows which options are needed (`--scale web=3`); then a
    compose file by one of Compose's own four names; then a `Dockerfile`. Links are not followed out of the repository.
    """
    real = Path(os.path.realpath(root))
    for folder in [*_exercise_folders(real, exercise), real]:
        if work := _layout_in(real, folder):
            return work
    return None


def _exercise_folders(root: Path, exercise: str) -> list[Path]:
    match = _EXERCISE.fullmatch(exercise.lower())
    spelled = rf"{match[1]}[-_ ]?0*{match[2]}" if match else re.escape(exercise)
    found = [entry for entry in root.iterdir() if re.fullmatch(spelled, entry.name, re.IGNORECASE) and entry.is_dir()]
    return sorted(found, key=lambda entry: (entry.name != exercise, entry.name))


def _layout_in(root: Path, folder: Path) -> SubmissionLayout | None:
    real = Path(os.path.realpath(folder))
    if not real.is_relative_to(root):
        return None
    below = real.relative_to(root)
    if _has_entry(real, _SCRIPT):
        return SubmissionLayout(BringUpKind.SCRIPT, below, _SCRIPT)
    for name in COMPOSE_NAMES:
        if _has_entry(real, name):
            return SubmissionLayout(
                BringUpKind.COMPOSE,
                below,
                name,
                next((one for one in _override_names(name) if _has_entry(real, one)), None),
            )
    return SubmissionLayout(BringUpKind.DOCKERFILE, below, _DOCKERFILE) if _has_entry(real, _DOCKERFILE) else None


def is_compose_override(name: str) -> bool:
    return any(name in _override_names(one) for one in COMPOSE_NAMES)


def _override_names(name: str) -> tuple[str, ...]:
    """The names of the files that Compose merges into the file `name`, in its own order."""
    stem, dot, extension = name.rpartition(".")
    return f"{stem}.override{dot}{extension}", f"{stem}.override.yml", f"{stem}.override.yaml"


def _has_entry(folder: Path, name: str) -> bool:
    """By exact name, also on disks that ignore case. Links and file types are left to the policy."""
    return name in os.listdir(folder)  # noqa: PTH208  # names are wanted, not paths
