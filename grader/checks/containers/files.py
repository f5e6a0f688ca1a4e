"""What can be expected of a file in a container's own layer."""

from __future__ import annotations

import difflib
from contextlib import suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from grader.checks.containers.exit_causes import is_shell_without_input
from grader.checks.containers.expectation import require_container, require_running
from grader.checks.expectation import Expectation
from grader.checks.failure import CheckFailed
from grader.errors import ProbeFailed
from grader.probes.containers.diff import Change, read_changes
from grader.probes.containers.files import read_container_file
from grader.probes.containers.listing import list_containers
from grader.probes.containers.restarts import previous_output, previous_run_end
from grader.probes.images.history import read_history
from grader.probes.images.images import list_images
from grader.probes.mounts.machine_files import list_folder

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.machine.subjects import File
    from grader.probes.containers.files import FileFact
    from grader.probes.containers.inspect import ContainerFact

_MAX_SEARCHED: Final = 20
"""How many other containers, and how many images, are searched for a missing file."""


class FileExpectation(Expectation):
    _subject: File

    def to_be_added(self) -> None:
        """The file is in the container's own layer: `docker diff` shows it as added, and the image has no such file.

        Asks: one inspect, `docker diff`, one `docker cp`. Diagnoses: `file-in-image`, `file-on-a-mount`, and those of a
        missing file: `file-not-made`, `not-a-file`, `link-leads-away`, `file-deleted`, `file-elsewhere`,
        `file-misnamed`, `file-in-another-container`, `file-in-another-image`, `file-on-tmpfs`, `file-on-the-machine`,
        `container-created`, `no-terminal`.
        """
        fact, file = self._require_file()
        changed = read_changes(self._subject.machine, fact.id)
        self._require_unmounted(fact, file)
        if {changed.get(self._subject.path), changed.get(file.real_path)} != {"added"}:
            raise CheckFailed("file-in-image", name=fact.name, path=self._subject.path, image=fact.image)

    def to_be_changed(self) -> None:
        """The container has its own version of a file of the image: `docker diff` shows it as changed.

        Asks: one inspect, `docker diff`, one `docker cp`. Diagnoses: `file-unchanged`, `change-in-another-container`,
        `file-not-of-image`, `file-deleted`, `file-on-a-mount`, and those of a missing file (see `to_be_added`).
        """
        fact = require_container(self._subject.container)
        changed = read_changes(self._subject.machine, fact.id)
        if changed.get(self._subject.path) == "deleted":
            raise CheckFailed("file-deleted", name=fact.name, path=self._subject.path)
        _, file = self._require_file()
        self._require_unmounted(fact, file)
        change = changed.get(self._subject.path) or changed.get(file.real_path)
        if change is None:
            self._require_use(fact)
            with suppress(ProbeFailed):  # an older recording, which has less
                if other := self._find_change(fact, "changed"):
                    values: dict[str, Any] = {"name": fact.name, "path": self._subject.path}
                    raise CheckFailed("change-in-another-container", other=other, **values)
            raise CheckFailed("file-unchanged", name=fact.name, path=self._subject.path)
        if change == "added":
            raise CheckFailed("file-not-of-image", name=fact.name, path=self._subject.path, image=fact.image)

    def to_survive_a_restart(self) -> None:
        """The container was started more than once, and the file is older than its last start.

        The proof is the date of the file. Asks: one inspect, one `docker cp`, the events, the log. Diagnoses:
        `never-restarted`, `still-inside`, `file-empty`, `file-written-late`, `file-changed-late`, and those of a
        missing file.
        """
        fact, file = self._require_file()
        ended = previous_run_end(self._subject.machine, fact)
        if ended is None and fact.is_running:
            raise CheckFailed("still-inside", name=fact.name)
        if ended is None:
            raise CheckFailed("never-restarted", name=fact.name)
        if not file.content.strip():
            raise CheckFailed("file-empty", name=fact.name, path=self._subject.path)
        if file.modified_at > ended:
            before = previous_output(self._subject.machine, fact, ended)
            code = "file-changed-late" if _base_name(self._subject.path).encode() in before else "file-written-late"
            raise CheckFailed(code, name=fact.name, path=self._subject.path)

    def _require_file(self) -> tuple[ContainerFact, FileFact]:
        fact = require_container(self._subject.container)
        file = read_container_file(self._subject.machine, fact.id, self._subject.path)
        if file is None:
            raise self._diagnose_missing(fact)
        if file.is_folder:
            raise CheckFailed("not-a-file", name=fact.name, path=self._subject.path)
        if file.link_target:
            raise CheckFailed("link-leads-away", name=fact.name, path=self._subject.path, target=file.link_target)
        return fact, file

    def _diagnose_missing(self, fact: ContainerFact) -> CheckFailed:
        name, path = fact.name, self._subject.path
        self._require_use(fact)
        changed = read_changes(self._subject.machine, fact.id)
        if changed.get(path) == "deleted":
            return CheckFailed("file-deleted", name=name, path=path)
        added = [one for one, change in changed.items() if change == "added"]
        same_name = next((one for one in added if _base_name(one) == _base_name(path)), None)
        if same_name:
            return CheckFailed("file-elsewhere", name=name, path=path, near=same_name)
        folder = path.removesuffix(_base_name(path))
        beside = {_base_name(one).lower(): one for one in added if one == folder + _base_name(one)}
        close = difflib.get_close_matches(_base_name(path).lower(), beside, n=1, cutoff=0.6)
        if close:
            return CheckFailed("file-misnamed", name=name, path=path, near=beside[close[0]])
        with suppress(ProbeFailed):  # an older recording, which has less
            elsewhere = self._diagnose_elsewhere(fact)
            if elsewhere:
                return elsewhere
        return CheckFailed("file-not-made", name=name, path=path)

    def _diagnose_elsewhere(self, fact: ContainerFact) -> CheckFailed | None:
        """The failure to report if the file was put outside the container's layer; `None` if it is nowhere."""
        machine, path = self._subject.machine, self._subject.path
        values: dict[str, Any] = {"name": fact.name, "path": path}
        tmpfs = next((one for one in fact.mounts if one.type == "tmpfs" and _is_in(path, one.target)), None)
        if tmpfs:
            return CheckFailed("file-on-tmpfs", inside=tmpfs.target, **values)
        other = self._find_change(fact, "added")
        if other:
            return CheckFailed("file-in-another-container", other=other, **values)
        image = _find_image_with(machine, path)
        if image:
            return CheckFailed("file-in-another-image", image=image, **values)
        beside = list_folder(machine, str(PurePosixPath(path).parent)) or ()
        return CheckFailed("file-on-the-machine", **values) if _base_name(path) in beside else None

    def _find_change(self, fact: ContainerFact, change: Change) -> str:
        """The name of another container with that change of the file; empty if there is none."""
        others = [one for one in list_containers(self._subject.machine) if one.id != fact.id][:_MAX_SEARCHED]
        path = self._subject.path
        return next((one.name for one in others if read_changes(self._subject.machine, one.id).get(path) == change), "")

    def _require_use(self, fact: ContainerFact) -> None:
        """Raises `CheckFailed` if nobody can have worked in the container."""
        if fact.state == "created":
            require_running(self._subject.container)  # raises
        if is_shell_without_input(fact):
            raise CheckFailed("no-terminal", name=fact.name)

    def _require_unmounted(self, fact: ContainerFact, file: FileFact) -> None:
        path = self._subject.path
        places = (path, file.real_path)
        mount = next((one for one in fact.mounts if any(_is_in(place, one.target) for place in places)), None)
        if mount:
            source = mount.source or mount.volume
            raise CheckFailed("file-on-a-mount", name=fact.name, path=path, source=source, inside=mount.target)


def _find_image_with(machine: Machine, path: str) -> str:
    """The name of an image whose history names the file; empty if there is none."""
    for image in [one for one in list_images(machine) if one.tags][:_MAX_SEARCHED]:
        if any(_base_name(path) in line.created_by for line in read_history(machine, image.id)):
            return image.tags[0]
    return ""


def _is_in(path: str, folder: str) -> bool:
    return PurePosixPath(path).is_relative_to(folder)


def _base_name(path: str) -> str:
    return PurePosixPath(path).name
