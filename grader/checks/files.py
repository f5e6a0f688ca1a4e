"""What can be expected of a file in a container's own layer."""

from __future__ import annotations

import difflib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.checks.containers import running, there
from grader.checks.expectation import Expectation
from grader.checks.mistake import Mistake
from grader.checks.not_running import is_a_shell_with_nothing_to_read
from grader.probes.container_list import all_containers
from grader.probes.layers import changed_paths
from grader.probes.mounts import read_inside
from grader.probes.restarts import earlier_output, earlier_run_ended

if TYPE_CHECKING:
    from grader.machine.subjects import File
    from grader.probes.container_json import ContainerFact
    from grader.probes.mounts import FileFact

__all__ = ["FileExpectation"]

_LOOKED_AT: Final = 20
"""How many other containers are searched for a missing file."""


class FileExpectation(Expectation):
    _subject: File

    def to_be_added(self) -> None:
        """The file is in the container's own layer: `docker diff` shows it as added, and the image has no such file.

        Asks: one inspect, `docker diff`, one `docker cp`. Diagnoses: `file-in-image`, `file-on-a-mount`, and those of a
        missing file: `file-not-made`, `not-a-file`, `link-leads-away`, `file-deleted`, `file-elsewhere`,
        `file-misnamed`, `file-in-another-container`, `container-created`, `no-terminal`.
        """
        fact, file = self._found()
        changed = changed_paths(self._subject.machine, fact.id)
        self._is_not_mounted(fact, file)
        if {changed.get(self._subject.path), changed.get(file.real_path)} != {"added"}:
            raise Mistake("file-in-image", name=fact.name, path=self._subject.path, image=fact.image)

    def to_be_changed(self) -> None:
        """The container has its own version of a file of the image: `docker diff` shows it as changed.

        Asks: one inspect, `docker diff`, one `docker cp`. Diagnoses: `file-unchanged`, `file-not-of-image`,
        `file-deleted`, `file-on-a-mount`, and those of a missing file (see `to_be_added`).
        """
        fact = there(self._subject.container)
        changed = changed_paths(self._subject.machine, fact.id)
        if changed.get(self._subject.path) == "deleted":
            raise Mistake("file-deleted", name=fact.name, path=self._subject.path)
        _, file = self._found()
        self._is_not_mounted(fact, file)
        change = changed.get(self._subject.path) or changed.get(file.real_path)
        if change is None:
            self._something_was_done(fact)
            raise Mistake("file-unchanged", name=fact.name, path=self._subject.path)
        if change == "added":
            raise Mistake("file-not-of-image", name=fact.name, path=self._subject.path, image=fact.image)

    def to_survive_a_restart(self) -> None:
        """The container was started more than once, and the file is older than its last start.

        The proof is the date of the file or, if it was written again since, its name in the terminal's output before
        that. Asks: one inspect, one `docker cp`, the events, the log. Diagnoses: `never-restarted`, `still-inside`,
        `file-empty`, `file-written-late`, and those of a missing file.
        """
        fact, file = self._found()
        ended = earlier_run_ended(self._subject.machine, fact)
        if ended is None and fact.is_running:
            raise Mistake("still-inside", name=fact.name)
        if ended is None:
            raise Mistake("never-restarted", name=fact.name)
        if not file.content.strip():
            raise Mistake("file-empty", name=fact.name, path=self._subject.path)
        name = PurePosixPath(self._subject.path).name.encode()
        if file.modified_at > ended and name not in earlier_output(self._subject.machine, fact, ended):
            raise Mistake("file-written-late", name=fact.name, path=self._subject.path)

    def _found(self) -> tuple[ContainerFact, FileFact]:
        fact = there(self._subject.container)
        file = read_inside(self._subject.machine, fact.id, self._subject.path)
        if file is None:
            raise self._missing(fact)
        if file.is_folder:
            raise Mistake("not-a-file", name=fact.name, path=self._subject.path)
        if file.link_target:
            raise Mistake("link-leads-away", name=fact.name, path=self._subject.path, target=file.link_target)
        return fact, file

    def _missing(self, fact: ContainerFact) -> Mistake:
        name, path = fact.name, self._subject.path
        self._something_was_done(fact)
        changed = changed_paths(self._subject.machine, fact.id)
        if changed.get(path) == "deleted":
            return Mistake("file-deleted", name=name, path=path)
        added = [one for one, change in changed.items() if change == "added"]
        same_name = next((one for one in added if _last(one) == _last(path)), None)
        if same_name:
            return Mistake("file-elsewhere", name=name, path=path, near=same_name)
        folder = path.removesuffix(_last(path))
        beside = {_last(one).lower(): one for one in added if one == folder + _last(one)}
        close = difflib.get_close_matches(_last(path).lower(), beside, n=1, cutoff=0.6)
        if close:
            return Mistake("file-misnamed", name=name, path=path, near=beside[close[0]])
        taken = {one.name for one in self._subject.machine.sheet.containers.values()}
        others = [one for one in all_containers(self._subject.machine) if one.name not in taken][:_LOOKED_AT]
        other = next((one for one in others if path in changed_paths(self._subject.machine, one.id)), None)
        if other:
            return Mistake("file-in-another-container", name=name, path=path, other=other.name)
        return Mistake("file-not-made", name=name, path=path)

    def _something_was_done(self, fact: ContainerFact) -> None:
        """Raises `Mistake` if nobody can have worked in the container."""
        if fact.state == "created":
            running(self._subject.container)  # raises
        if is_a_shell_with_nothing_to_read(fact):
            raise Mistake("no-terminal", name=fact.name)

    def _is_not_mounted(self, fact: ContainerFact, file: FileFact) -> None:
        path = self._subject.path
        places = (PurePosixPath(path), PurePosixPath(file.real_path))
        mount = next((one for one in fact.mounts if any(place.is_relative_to(one.inside) for place in places)), None)
        if mount:
            source = mount.source or mount.volume
            raise Mistake("file-on-a-mount", name=fact.name, path=path, source=source, inside=mount.inside)


def _last(path: str) -> str:
    return PurePosixPath(path).name
