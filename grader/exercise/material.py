"""The files that an exercise gives to students."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MATERIAL: Final = "material"
_FOR_STUDENTS: Final = ("exercise.toml", "messages.toml", "README*.md", "*.py")


def material_files(exercise: Path) -> list[Path]:
    """All files of the material, also behind links: exercises share it. `Path.rglob` does not follow links."""
    return list(_files_below(exercise / MATERIAL))


def students_files(exercise: Path) -> list[Path]:
    """What a student needs: handout, spec, checks and material. Only these, so that no answer is among them."""
    top = {path for pattern in _FOR_STUDENTS for path in exercise.glob(pattern) if path.is_file()}
    return [*sorted(top), *material_files(exercise)]


def _files_below(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        yield from (Path(root, name) for name in sorted(names))
