"""The remedies of TP9: a container that is watched, limited and restarted; its volume, and the backup of that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.robot.typed import typed_as

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from grader.exercise.spec import BackupSpec, VolumeSpec
    from tests.robot.case import Case
    from tests.robot.typed import Typed

_HEALTH_CHECK: Final = ["--health-cmd", "bash -c ': < /dev/tcp/127.0.0.1/80'", "--health-interval", "1s"]
_FOLDER: Final = "~/tp9"
_LIMITS: Final = "--memory 128m --cpus 0.5"
_POLICY: Final = "unless-stopped"
"""What the handout asks for, and its spec does not."""


def _own(case: Case, role: str) -> Typed:
    """The container of a role as it is now, to be typed again. Raises `LookupError` if there is none."""
    name = case.spec.containers[role].name
    doc = case.looks.container(name)
    if doc is None:
        raise LookupError(name)
    return typed_as(doc, case.looks.image(doc["Image"]))


def _site(case: Case) -> VolumeSpec:
    return case.spec.volumes["site"]


def _backup(case: Case) -> BackupSpec:
    return next(iter(case.spec.backups.values()))


def with_a_health_check(case: Case) -> str:
    typed = _own(case, case.role(case["name"]))
    typed.health_check = _HEALTH_CHECK
    return typed.line()


def without_own_command(case: Case) -> str:
    """The image's own command, which can be started twice."""
    typed = _own(case, case.role(case["name"]))
    typed.command, typed.entrypoint = [], ""
    return typed.line()


def limit(case: Case) -> str:
    return f"docker update {_LIMITS} {case['name']}"


def let_restart(case: Case) -> str:
    return f"docker update --restart {_POLICY} {case['name']}"


def make(case: Case) -> str:
    """The backup's container, which was removed."""
    if case.role(case["name"]) != _backup(case).container:
        raise LookupError(case["name"])
    return back_up(case)


def back_up(case: Case) -> str:
    wanted, site = case.spec.containers[_backup(case).container], _site(case)
    archive = f"tar -cf {_backup(case).path} -C /data ."
    mounts = f"-v {site.name}:/data:ro -v {_FOLDER}:/backup"
    return f"docker rm -f {wanted.name}\ndocker run --name {wanted.name} {mounts} {wanted.image} {archive}"


def _extract(case: Case, volume: str, options: str = "") -> str:
    """Extracts the archive into a volume, in a container that nobody needs afterwards."""
    wanted = case.spec.containers[_backup(case).container]
    extract = f"tar -xf {_backup(case).path} -C /data{options}"
    return f"docker run --rm -v {volume}:/data -v {_FOLDER}:/backup:ro {wanted.image} {extract}"


def restore(case: Case) -> str:
    return _extract(case, case["volume"])


def restore_without_the_folder(case: Case) -> str:
    return _extract(case, case["volume"], " --strip-components 1")


def mount(case: Case) -> str:
    """The volume in place of what was mounted there: with the backup in the copy's, and in the site's its pages."""
    wanted = next(one for one in case.spec.volumes.values() if one.name == case["volume"])
    typed = _own(case, wanted.container)
    entry = f"{wanted.name}:{wanted.inside}"
    # `docker inspect` has no `-v` for an anonymous volume.
    typed.mounts = [one for one in typed.mounts if not {wanted.name, wanted.inside} & set(one.split(":"))] + [entry]
    if wanted is not _site(case):
        return f"{restore(case)}\n{typed.line()}"
    place = f"{typed.name}:{wanted.inside}"
    return f"docker cp {place}/. pages\n{typed.line()}\ndocker cp pages/. {place}"


def write_pages(case: Case) -> str:
    """A home page in the volume; and what was saved before is saved and restored again, as the handout says."""
    site = _site(case)
    name = case.spec.containers[site.container].name
    write = f"docker exec {name} sh -c 'echo \"<h1>Ma page</h1>\" > {site.inside}/index.html'"
    return "\n".join([write, back_up(case), _extract(case, case.spec.volumes["restored"].name)])


def create_volume_again(case: Case) -> str:
    """A volume that lasts, with the pages of the backup."""
    volume = case["volume"]
    typed, backup = _own(case, _site(case).container), case.spec.containers[_backup(case).container]
    remove = f"docker rm -f {typed.name} {backup.name}\ndocker volume rm {volume}"
    return "\n".join([remove, _extract(case, volume), typed.line(), back_up(case)])


REMEDIES: Final[Mapping[str, Callable[[Case], str]]] = {
    "container-missing": make,
    "container-crash-loop": without_own_command,
    "not-restarted": without_own_command,
    "health-check-missing": with_a_health_check,
    "health-check-disabled": with_a_health_check,
    "health-check-always-passes": with_a_health_check,
    "health-check-cannot-run": with_a_health_check,
    "health-unknown": with_a_health_check,
    "unhealthy": with_a_health_check,
    "restart-policy-missing": let_restart,
    "restart-policy-other": let_restart,
    "memory-unlimited": limit,
    "memory-only-reserved": limit,
    "memory-limit-other": limit,
    "cpus-unlimited": limit,
    "cpus-not-limited-by": limit,
    "cpus-limit-other": limit,
    "volume-not-mounted": mount,
    "volume-wrong-inside": mount,
    "volume-anonymous": mount,
    "volume-other": mount,
    "bind-not-volume": mount,
    "volume-empty": write_pages,
    "index-default": write_pages,
    "index-missing": write_pages,
    "volume-lost": create_volume_again,
    "backup-missing": back_up,
    "backup-not-on-the-machine": back_up,
    "backup-failed": back_up,
    "backup-not-an-archive": back_up,
    "backup-empty": back_up,
    "backup-incomplete": back_up,
    "backup-outdated": back_up,
    "restore-missing": restore,
    "restore-other-content": restore,
    "restore-nested": restore_without_the_folder,
}
"""In place of those of other containers with the same code."""
