"""Whether a mistake is corrected in the compose file, but what runs was not created again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.checks.compose.file_difference import list_differences
from grader.checks.failure import CheckFailed, join_failures
from grader.probes.compose.files import ComposeRefusal, read_compose_file, read_origin
from grader.probes.compose.projects import list_services
from grader.probes.containers.find import inspect_container
from grader.probes.images.images import find_image

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.machine.machine import Machine
    from grader.probes.compose.files import ComposeFile
    from grader.probes.containers.find import ContainerFact

_KEYS: Final = {
    "container_name": ("container-name-blocks-scaling",),
    "environment": ("asks-", "looks-", "url-not-place", "no-common-network"),
    "networks": ("network-", "networks-do-not-meet", "no-common-network", "host-network-inside", "port-host-network"),
    "ports": ("port-", "published-", "outside-your-ports"),
    "scale": ("replicas-",),
    "volumes": ("mount-", "mounted-", "named-volume-", "anonymous-volume-", "copied-not-mounted"),
}
"""Each key of a service in the file, to the beginnings of the codes of failures that it can repair."""
_NAME_CODES: Final = {"service-misspelt", "service-other-name"}


def find_unapplied_change(machine: Machine, failure: CheckFailed) -> CheckFailed | None:
    """The failure to report if the file was changed where it can repair `failure`, and what runs was not.

    Only in exercises about Compose. Asks: one inspect per container of the project, `docker compose config`.
    """
    if machine.spec.compose is None:
        return None
    keys = {key for key, codes in _KEYS.items() if failure.code.startswith(codes)}
    if not keys and failure.code not in _NAME_CODES:
        return None
    there = list_services(machine.project())
    facts = {service: inspect_container(machine, those[0].id) for service, those in there.items()}
    file = _read_file(machine, facts.values())
    if file is None:
        return None
    values = failure.values
    if failure.code in _NAME_CODES:
        is_renamed = values["service"] in file.services and values["near"] not in file.services
        return _differs(values["service"], "services", values["service"], "-") if is_renamed else None
    named = next((key for key, those in there.items() if any(one.name == values.get("name") for one in those)), "")
    meant = values.get("service") or named
    changes = [
        _differs(service, what, on_disk, runs)
        for service, fact in facts.items()
        if fact and meant in {"", service}
        for what, on_disk, runs in list_differences(machine, file, service, fact, find_image(machine, fact.image_id))
        if what.partition(":")[0] in keys
    ]
    written = file.services.get(meant)
    if written and "scale" in keys and str(written.replicas) == values["wanted"]:
        changes.append(_differs(meant, "scale", values["wanted"], values["seen"]))
    if written and "container_name" in keys and not written.container_name:
        changes.append(_differs(meant, "container_name", "-", values["name"]))
    return join_failures(changes) if changes else None


def _differs(service: str, what: str, on_disk: str, runs: str) -> CheckFailed:
    return CheckFailed("compose-file-differs", service=service, what=what, file=on_disk, running=runs)


def _read_file(machine: Machine, facts: Iterable[ContainerFact | None]) -> ComposeFile | None:
    origin = next((origin for fact in facts if fact and (origin := read_origin(fact))), None)
    file = read_compose_file(machine, origin) if origin else None
    return None if isinstance(file, ComposeRefusal) else file
