"""A submission that was brought up: where its files are, as given to the process that grades it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from grader.submission.moved_folders import PlacedFolder
from grader.submission.sandbox.sandbox import Sandbox, make_sandbox
from grader.submission.workspace import Workspace


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """A submission that was brought up. All of it comes from the grader, nothing from a label or a container."""

    shared: str
    private: str
    name: str
    folder: str
    """Of the submission, below the repository."""
    compose_files: tuple[str, ...] = ()
    """The files that were brought up, by name in the folder; empty for a script, which chose them itself."""
    limits_file: str = ""
    """The file of ours that bounds each service, as Compose was given it; empty if there is none."""
    project: str = ""
    """The name of the Compose project; empty for a script."""
    moved_folders: tuple[PlacedFolder, ...] = ()
    """Folders that containers mount from copies of their own."""
    uid: int | None = None
    """Who owns the files, and reads them in the sandbox."""
    other_projects: tuple[str, ...] = ()
    """Compose projects that were on the engine before: not to be touched."""

    @property
    def workspace(self) -> Workspace:
        return Workspace(Path(self.shared), Path(self.private), self.name)

    @property
    def folder_path(self) -> Path:
        """Of the submission, as the engine knows it."""
        return self.workspace.working_copy / self.folder

    def sandbox(self) -> Sandbox:
        return make_sandbox(self.workspace.tmp, self.uid)
