"""The results folder: never written through a link, never over files of a repository."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from grader.errors import GraderError
from grader.reports.result_files import prepare_results_folder


@dataclass(frozen=True, slots=True)
class ResultsFolder:
    """A results folder as it was when the grading began."""

    path: Path
    device: int
    inode: int

    def require_unchanged(self, exercise: str) -> None:
        """Raises `GraderError` if something else is in its place, such as a link that a script put there."""
        for path in (self.path, self.path / exercise):
            if path.is_symlink():
                raise GraderError("results.link", path=path)
        try:
            status = self.path.lstat()
        except OSError as error:
            raise GraderError("results.replaced", path=self.path) from error
        if not stat.S_ISDIR(status.st_mode) or (status.st_dev, status.st_ino) != (self.device, self.inode):
            raise GraderError("results.replaced", path=self.path)


def open_results(path: Path, repository: Path | None) -> ResultsFolder:
    """Makes the folder at `path` for results of `repository` (`None` if that is cloned to a folder of ours).

    Raises `GraderError` if `path` is a link, or is inside the repository and is not a new folder: files of the
    repository would pass for results.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - without following the links that are looked for here
    if absolute.is_symlink():
        raise GraderError("results.link", path=path)
    inside = _parts_inside(absolute, repository) if repository else []
    for part in inside[1:]:  # the first may be a link from outside to the repository, not one of its own
        if part.is_symlink():
            raise GraderError("results.link", path=part)
    if inside and os.path.lexists(absolute) and not _is_empty_folder(absolute):
        raise GraderError("results.inside", path=path)
    prepare_results_folder(absolute)
    status = absolute.lstat()
    return ResultsFolder(absolute, status.st_dev, status.st_ino)


def is_inside(path: Path, repository: Path) -> bool:
    """Whether `path`, or a folder above it, is in the repository, with links followed or not."""
    return bool(_parts_inside(Path(os.path.abspath(path)), repository))  # noqa: PTH100 - as above


def _parts_inside(absolute: Path, repository: Path) -> list[Path]:
    """Those of `absolute` and the folders above it that lie in the repository by their real path, the topmost first.

    All folders below the first of them are included: a link in the repository may lead out of it again.
    """
    root = os.path.realpath(repository)
    parts = [*reversed(absolute.parents), absolute]
    first = next((i for i, part in enumerate(parts) if Path(os.path.realpath(part)).is_relative_to(root)), len(parts))
    return parts[first:]


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and next(path.iterdir(), None) is None
