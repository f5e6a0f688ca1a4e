"""The cause behind a failure, where another one explains it: one cause is one failure, and it is told first."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from grader.checks.compose.unapplied import find_unapplied_change
from grader.checks.failure import CheckFailed, join_failures
from grader.checks.settling import find_facts
from grader.errors import ProbeFailed
from grader.probes.compose.projects import list_services
from grader.probes.containers.find import inspect_container
from grader.probes.containers.listing import list_containers
from grader.probes.images.images import is_same_image_name
from grader.probes.mounts.machine_files import list_folder
from grader.probes.networks.hosts import added_hosts

if TYPE_CHECKING:
    from grader.machine.machine import Machine
    from grader.probes.containers.find import ContainerFact

_NOT_RUNNING_CODES: Final = {"container-created", "container-exited", "container-crash-loop"}


def find_root_cause(machine: Machine, failure: CheckFailed) -> CheckFailed:
    """The failure that explains `failure`; `failure` itself if none does, or if that cannot be seen."""
    return join_failures([_find_cause(machine, one) for one in (failure, *failure.also)])


def _find_cause(machine: Machine, failure: CheckFailed) -> CheckFailed:
    failure.also = ()
    for find in (_find_earlier_exercise, _find_missing_file, find_unapplied_change):
        try:
            cause = find(machine, failure)
        except (CheckFailed, ProbeFailed):  # what would explain it cannot be seen
            continue
        if cause:
            cause.waited_s = failure.waited_s
            return cause.with_evidence(*failure.evidence)
    return failure


def _find_earlier_exercise(machine: Machine, failure: CheckFailed) -> CheckFailed | None:
    """The failure to report if what is judged is the work of the exercise before, as `[earlier]` in the spec says."""
    earlier, is_of_compose = machine.spec.earlier, machine.spec.compose is not None
    if earlier is None or (is_of_compose and list_services(machine.project())):
        return None
    if failure.code.startswith("container-") and failure.code != "container-other-image":
        return None  # it is not there, or does not run: another cause
    cause = CheckFailed("exercise-before", exercise=earlier.exercise)
    if earlier.project and any(one.project == earlier.project for one in list_containers(machine)):
        return cause
    for fact in find_facts(*map(machine.container, machine.spec.containers)):
        is_of_its_images = any(is_same_image_name(fact.image, image) for image in earlier.images)
        if is_of_its_images and (not earlier.host or earlier.host.lower() in added_hosts(fact)):
            return cause
    return None


def _find_missing_file(machine: Machine, failure: CheckFailed) -> CheckFailed | None:
    """The failure to report if Docker made a folder in place of a missing file that a container needs to run."""
    fact = _container_named(machine, failure) if failure.code in _NOT_RUNNING_CODES else None
    for mount in fact.mounts if fact else ():
        is_file = PurePosixPath(mount.target).suffix and PurePosixPath(mount.source).suffix
        if mount.type == "bind" and is_file and list_folder(machine, mount.source) == ():
            name = failure.values["name"]
            return CheckFailed("mounted-file-missing", name=name, source=mount.source, inside=mount.target)
    return None


def _container_named(machine: Machine, failure: CheckFailed) -> ContainerFact | None:
    name = failure.values.get("name", "")
    found = next((one for one in list_containers(machine) if name and one.name == name), None)
    return inspect_container(machine, found.id) if found else None
