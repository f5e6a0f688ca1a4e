"""What can be expected of a named volume: mounted, used, kept; and of a backup of it."""

from __future__ import annotations

import os
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NoReturn

from grader.checks.containers.expectation import require_container, require_running
from grader.checks.containers.settings import find_near
from grader.checks.expectation import Expectation
from grader.checks.failure import CheckFailed
from grader.checks.mounts.temporary_file import TemporaryFile
from grader.errors import ProbeFailed
from grader.probes.containers.files import MAX_ARCHIVE_SIZE, TreeFact, parse_tree, read_container_file, read_tree
from grader.probes.containers.lifecycle import recreate_container
from grader.probes.containers.logs import last_lines, read_log
from grader.probes.mounts.volumes import find_volume_folder, list_volumes

if TYPE_CHECKING:
    from grader.machine.subjects import Backup, Volume
    from grader.probes.containers.inspect import ContainerFact
    from grader.probes.mounts.mounts import MountFact


class VolumeExpectation(Expectation):
    _subject: Volume

    def to_exist(self) -> None:
        """The volume exists, mounted or not.

        Asks: the list of volumes. Diagnoses: `volume-missing`, `volume-misnamed`.
        """
        volume = self._subject
        known = {one.name: one.project for one in list_volumes(volume.machine)}
        if not any(_is_named(name, project, volume.name) for name, project in known.items()):
            near = find_near(volume.name, known)
            raise CheckFailed("volume-misnamed" if near else "volume-missing", volume=volume.name, near=near)

    def to_be_mounted(self) -> None:
        """The container, running or not, has the volume at its place.

        Asks: the list, one inspect; the volumes if another one is there. Diagnoses: `volume-not-mounted`,
        `volume-wrong-inside`, `bind-not-volume`, `volume-anonymous`, `volume-other`, `volume-misnamed`, those of a
        missing container.
        """
        require_volume(self._subject)

    def to_be_used(self) -> None:
        """There is a file in it.

        Asks: one inspect, one `docker cp`. Diagnoses: `volume-empty`, those of `to_be_mounted`.
        """
        mount = require_volume(self._subject)
        fact = require_container(self._subject.container)
        if not read_files(self._subject, all_of_them=False).files:
            raise CheckFailed("volume-empty", name=fact.name, volume=mount.volume, inside=mount.target)

    def to_survive_a_new_container(self) -> None:
        """What is in it is still there after its container was removed and created again with the same settings.

        Only for a check with `disposable=True`. Asks: one file written and removed, two `docker cp`; the container is
        stopped, created again, and the old one removed. Diagnoses: `volume-lost`, those of `to_be_mounted` and of a
        container that does not run.
        """
        mount = require_volume(self._subject)
        fact = require_running(self._subject.container)
        with TemporaryFile(self._subject.machine, fact, mount) as drop:
            before = read_files(self._subject)
            recreate_container(self._subject.machine, fact)
            drop.move_to(require_container(self._subject.container))
            require_running(self._subject.container)
            after = read_files(self._subject)
        lost = sorted(before.files.keys() - after.files.keys())
        if lost:
            raise CheckFailed("volume-lost", name=fact.name, volume=mount.volume, path=lost[0])

    def to_be_restored_from(self, backup: Backup) -> None:
        """It has every file of the backup, at the same place and with the same content.

        Asks: two inspects, two `docker cp`. Diagnoses: `restore-missing`, `restore-nested`, `restore-other-content`,
        those of `to_be_mounted` and of the backup.
        """
        backed_up = read_backup(backup).files
        mount = require_volume(self._subject)
        there = read_files(self._subject).files
        places = {mount.target, *(one.target for one in require_container(backup.container).mounts)}
        possible = _without_folders_around(backed_up, places)
        if any(one.items() <= there.items() for one in possible):
            return
        archive = possible[-1]
        values = {"volume": mount.volume, "inside": mount.target}
        for path, digest in sorted(archive.items()):
            if there.get(path) == digest:
                continue
            nested = next((one for one in sorted(there) if one.endswith(f"/{path}")), "")
            code = "restore-other-content" if path in there else "restore-nested" if nested else "restore-missing"
            raise CheckFailed(code, evidence=tuple(sorted(there))[:5], path=path, seen=nested, **values)


class BackupExpectation(Expectation):
    _subject: Backup

    def to_hold_the_files_of(self, volume: Volume) -> None:
        """It is an archive with every file that is in the volume now, with the same content.

        It may have folders around them. Asks: two inspects, two `docker cp`; the log if there is no archive. Diagnoses:
        `backup-missing`, `backup-failed`, `backup-not-an-archive`, `backup-empty`, `backup-incomplete`,
        `backup-outdated`, those of the volume and of missing containers.
        """
        archive = read_backup(self._subject)
        require_volume(volume)
        wanted = read_files(volume)
        values = {"path": self._subject.wanted.path, "volume": volume.name}
        for path, digest in sorted(wanted.files.items()):
            found = [held for name, held in archive.files.items() if f"/{name}".endswith(f"/{path}")]
            if not found:
                raise CheckFailed("backup-incomplete", evidence=tuple(sorted(archive.files))[:5], file=path, **values)
            if digest not in found:
                raise CheckFailed("backup-outdated", evidence=(), file=path, **values)

    def to_be_on_the_machine(self) -> None:
        """Its file is in a folder of the machine, so that it outlives its container and every volume.

        Asks: one inspect; the volume if it is in one. Diagnosis: `backup-not-on-the-machine`, those of a
        missing container.
        """
        fact, path = require_container(self._subject.container), PurePosixPath(self._subject.wanted.path)
        around = [mount for mount in fact.mounts if path.is_relative_to(mount.target)]
        mount = max(around, key=lambda one: len(one.target), default=None)
        if mount and mount.type == "bind":
            return
        volume = mount.volume if mount else ""
        if not volume or not find_volume_folder(self._subject.machine, volume):
            raise CheckFailed("backup-not-on-the-machine", evidence=(), name=fact.name, path=str(path), volume=volume)


def require_volume(volume: Volume) -> MountFact:
    """The volume's mount in its container. Raises `CheckFailed` that names what was done instead."""
    fact = require_container(volume.container)
    inside = volume.wanted.inside.rstrip("/")
    here = next((mount for mount in fact.mounts if mount.target == inside), None)
    values = {"name": fact.name, "volume": volume.name, "inside": inside}
    if here is None:
        _fail_elsewhere(volume, fact)
    evidence = (f"{here.type} {here.volume or here.source} -> {here.target}",)
    if here.type != "volume":
        raise CheckFailed("bind-not-volume", evidence=evidence, source=here.source or here.type, **values)
    if here.is_anonymous:
        raise CheckFailed("volume-anonymous", evidence=evidence, **values)
    known = {one.name: one.project for one in list_volumes(volume.machine)}
    if not _is_named(here.volume, known.get(here.volume, ""), volume.name):
        raise CheckFailed("volume-other", evidence=evidence, seen=here.volume, **values)
    return here


def read_files(volume: Volume, *, all_of_them: bool = True) -> TreeFact:
    """The files that the volume's container sees in it. Raises `ProbeFailed` if there are too many to see them all."""
    fact = require_container(volume.container)
    tree = read_tree(volume.machine, fact.id, volume.wanted.inside)
    if tree is None or (all_of_them and not tree.is_complete):
        raise ProbeFailed("answer-too-large", asked=f"docker cp {fact.name}:{volume.wanted.inside}")
    return tree


def read_backup(backup: Backup) -> TreeFact:
    """The files of the archive. Raises `CheckFailed` if there is none."""
    fact, path = require_container(backup.container), backup.wanted.path
    file = read_container_file(backup.machine, fact.id, path, MAX_ARCHIVE_SIZE)
    values = {"name": fact.name, "path": path}
    if file is None or file.is_folder:
        last = last_lines(read_log(backup.machine, fact))
        if fact.state == "exited" and fact.exit_code:
            values["last_line"] = last[0].decode("utf-8", "replace") if last else ""
            raise CheckFailed("backup-failed", evidence=(), exit_code=fact.exit_code, **values)
        raise CheckFailed("backup-missing", evidence=(), **values)
    tree = parse_tree(file.content) if file.content else TreeFact({}, is_complete=True)
    if tree is None:
        raise CheckFailed("backup-not-an-archive", evidence=(file.content[:60],), **values)
    if not tree.is_complete:
        raise ProbeFailed("answer-too-large", asked=f"docker cp {fact.name}:{path}")
    if not tree.files:
        raise CheckFailed("backup-empty", evidence=(), **values)
    return tree


def _is_named(name: str, project: str, wanted: str) -> bool:
    """Compose puts the project's name in front."""
    return name == wanted or bool(project and name == f"{project}_{wanted}")


def _fail_elsewhere(volume: Volume, fact: ContainerFact) -> NoReturn:
    values = {"name": fact.name, "volume": volume.name, "inside": volume.wanted.inside}
    evidence = tuple(f"{mount.type} {mount.volume or mount.source} -> {mount.target}" for mount in fact.mounts)
    there = next((mount for mount in fact.mounts if mount.volume == volume.name), None)
    if there:
        raise CheckFailed("volume-wrong-inside", evidence=evidence, seen=there.target, **values)
    raise CheckFailed("volume-not-mounted", evidence=evidence or ("no mount",), **values)


def _without_folders_around(files: dict[str, str], places: set[str]) -> list[dict[str, str]]:
    """What may have been backed up: `tar -C / data` puts `data/` in front of the files of a volume on `/data`.

    `places` are where the volume may have been mounted. If the folder that all files are in has the name of none of
    them, it may be one of the volume's own.
    """
    common = os.path.commonpath([PurePosixPath(path).parent for path in files]).split("/") if files else []
    parts = [one for one in common if one]
    for count in range(len(parts), 0, -1):
        around = "/".join(parts[:count])
        if any(f"{place}/".endswith(f"/{around}/") for place in places):
            return [_without_front(files, count)]
    return [_without_front(files, count) for count in range(len(parts) + 1)]


def _without_front(files: dict[str, str], count: int) -> dict[str, str]:
    return {path.split("/", count)[count]: digest for path, digest in files.items()}
