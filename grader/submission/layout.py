"""Finds the submission for an exercise in a repository, by the names that the handouts give."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPOSE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""In Compose's own order: of two, the first is the one that runs."""
SCRIPT_NAME: Final = "up.sh"
DOCKERFILE_NAMES: Final = ("Dockerfile", "dockerfile")
_EXERCISE = re.compile(r"([a-z]+)([0-9]+)")
_MAX_DEPTH: Final = 4
"""Folders in folders that are searched."""
_OTHERS_FILES: Final = frozenset({"node_modules", "vendor", "venv", "site-packages", "__pycache__"})
"""Folders with other people's files: packages bring compose files along."""


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
    project_name: str = ""
    """What Compose is to call the project; empty if the files name it themselves."""

    @property
    def compose_files(self) -> tuple[str, ...]:
        return tuple(name for name in (self.file, self.override) if name) if self.kind is BringUpKind.COMPOSE else ()

    @property
    def path(self) -> str:
        """The file's path below the repository."""
        return (self.folder / self.file).as_posix()


class SeveralSubmissions(Exception):
    """Several folders could be meant: nobody guesses which."""

    def __init__(self, folders: list[Path]) -> None:
        super().__init__(*folders)
        self.folders = folders


def find_layout(root: Path, exercise: str, *, project: str = "", builds_image: bool = False) -> SubmissionLayout | None:
    """Return the submission for `exercise` (`tp6`) in the repository at `root`; `None` if there is nothing to bring up.

    It is searched in the folder `tp6/` (also `TP6`, `tp06`, `tp-6`, `TP 6`, `tp6-todos`), in its folders, at the top of
    the repository, then in all other folders but those of other exercises. Of several folders, the one called `project`
    is meant, the name in the exercise spec; without one, `SeveralSubmissions` is raised.

    In a folder, `up.sh` comes first, since only the student knows which options are needed (`--scale web=3`); then a
    compose file by one of Compose's own four names; then a `Dockerfile`, which alone starts nothing: unless the
    exercise `builds_image`, it counts only if there is nothing else. Links are not followed out of the repository.
    """
    real = Path(os.path.realpath(root))
    own = _exercise_folders(real, exercise)
    exact = [folder for folder in own if folder.name == exercise]
    for areas in (exact, own, [real]):
        found = [work for area in areas if (work := _layout_in(real, area, builds_image=builds_image))]
        if not found:
            below = [work for area in areas for work in _layouts_below(real, area, exercise, builds_image=builds_image)]
            inside = 0 if areas == [real] else 1
            found = [work for work in below if _is_meant(work.folder.parts[inside:], exercise, project)] or below
        if len(found) > 1:
            raise SeveralSubmissions([work.folder for work in found])
        if found:
            return found[0]
    return next((work for area in [*own, real] if (work := _layout_in(real, area, builds_image=True))), None)


def layout_in(root: Path, folder: str) -> SubmissionLayout | None:
    """Return the submission in that very folder of the repository at `root`; `None` if there is none."""
    real = Path(os.path.realpath(root))
    return _layout_in(real, real / folder, builds_image=True) if (real / folder).is_dir() else None


def _exercise_folders(root: Path, exercise: str) -> list[Path]:
    """Folders at the top that are named after the exercise, the exact name first."""
    found = [entry for entry in root.iterdir() if _is_named_after(entry.name, exercise) and entry.is_dir()]
    return sorted(found, key=lambda entry: (entry.name != exercise, entry.name))


def _is_named_after(name: str, exercise: str) -> bool:
    match = _EXERCISE.fullmatch(exercise.lower())
    spelled = rf"{match[1]}[-_ ]?0{{0,2}}{match[2]}" if match else re.escape(exercise)
    return re.fullmatch(rf"{spelled}(?:[-_ .].*)?", name, re.IGNORECASE) is not None


def _is_named_after_another(name: str, exercise: str) -> bool:
    match = _EXERCISE.fullmatch(exercise.lower())
    other = match and re.match(rf"{match[1]}[-_ ]?[0-9]", name, re.IGNORECASE)
    return bool(other) and not _is_named_after(name, exercise)


def _is_meant(names: tuple[str, ...], exercise: str, project: str) -> bool:
    """Whether a folder, or one around it, has the name of the exercise or of its project."""
    return any(_is_named_after(name, exercise) or name.lower() == project for name in names)


def _layouts_below(
    root: Path, area: Path, exercise: str, *, builds_image: bool, depth: int = 1
) -> Iterator[SubmissionLayout]:
    """In the folders below `area`; what lies inside a folder that is found belongs to it."""
    for folder in sorted(entry for entry in area.iterdir() if entry.is_dir() and not entry.is_symlink()):
        if (
            folder.name.startswith(".")
            or folder.name in _OTHERS_FILES
            or _is_named_after_another(folder.name, exercise)
        ):
            continue
        if work := _layout_in(root, folder, builds_image=builds_image):
            yield work
        elif depth < _MAX_DEPTH:
            yield from _layouts_below(root, folder, exercise, builds_image=builds_image, depth=depth + 1)


def _layout_in(root: Path, folder: Path, *, builds_image: bool) -> SubmissionLayout | None:
    """`builds_image`: a Dockerfile alone is a submission."""
    real = Path(os.path.realpath(folder))
    if not real.is_relative_to(root):
        return None
    below, names = real.relative_to(root), set(os.listdir(real))  # noqa: PTH208  # names are wanted, not paths
    if SCRIPT_NAME in names:
        return SubmissionLayout(BringUpKind.SCRIPT, below, SCRIPT_NAME)
    for name in COMPOSE_NAMES:
        if name in names:
            override = next((one for one in _override_names(name) if one in names), None)
            return SubmissionLayout(BringUpKind.COMPOSE, below, name, override)
    file = next((name for name in DOCKERFILE_NAMES if name in names), None)
    return SubmissionLayout(BringUpKind.DOCKERFILE, below, file) if file and builds_image else None


def is_compose_override(name: str) -> bool:
    return any(name in _override_names(one) for one in COMPOSE_NAMES)


def _override_names(name: str) -> tuple[str, ...]:
    """The names of the files that Compose merges into the file `name`, in its own order."""
    stem, dot, extension = name.rpartition(".")
    return f"{stem}.override{dot}{extension}", f"{stem}.override.yml", f"{stem}.override.yaml"
